/** Starts the registry under test as a user would: the program, a folder, a port. */

import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ask, type Trust } from './http.ts';
import { type Daemon, startDaemon } from './process.ts';
import type { Scene } from './scene.ts';
import { CHECKOUT } from './tools.ts';

export interface Registry {
  /** `127.0.0.1:PORT`: the first part of an image name. */
  readonly host: string;
  /** `http://127.0.0.1:PORT` or the same with https. */
  readonly url: string;
  readonly port: number;
  /** The folder of the data. */
  readonly root: string;
  readonly daemon: Daemon;
  /** What the server printed so far. */
  log(): string;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number>;
}

export interface RegistryOptions {
  readonly root?: string;
  readonly port?: number;
  /** Environment of the server beside the scene's. */
  readonly env?: NodeJS.ProcessEnv;
  /** In place of `--root ROOT --addr HOST:PORT`, for settings that come from elsewhere. */
  readonly args?: readonly string[];
  /** The server speaks TLS, and is asked so. */
  readonly tls?: Trust;
}

export interface Program extends RegistryOptions {
  readonly root: string;
  readonly port: number;
  readonly command: readonly string[];
}

const READY_TIMEOUT_MS = 30_000;

/** `lading serve --root ROOT --addr HOST:PORT`, up to the first answer of `GET /v2/`. */
export async function startLading(scene: Scene, options: RegistryOptions = {}): Promise<Registry> {
  return await startProgram(scene, await ladingProgram(scene, options));
}

/** As `startLading`, but returns as soon as the process runs. */
export async function launchLading(scene: Scene, options: RegistryOptions = {}): Promise<Registry> {
  return launchProgram(scene, await ladingProgram(scene, options));
}

/** Any registry program, up to the first answer of `GET /v2/`. */
export async function startProgram(scene: Scene, program: Program): Promise<Registry> {
  const registry = launchProgram(scene, program);
  await waitUntilReady(registry, program.tls);
  return registry;
}

async function ladingProgram(scene: Scene, options: RegistryOptions): Promise<Program> {
  const root = options.root ?? scene.path('registry');
  const port = options.port ?? (await findFreePort());
  const args = options.args ?? ['--root', root, '--addr', `127.0.0.1:${port}`];
  return { ...options, root, port, command: [join(CHECKOUT, 'bin/lading'), 'serve', ...args] };
}

function launchProgram(scene: Scene, { root, port, tls, env: ownEnv, command }: Program): Registry {
  const [file = '', ...args] = command;
  mkdirSync(root, { recursive: true });
  const logFile = scene.path(`server-${port}.log`);
  // A server would read the clients' REGISTRY_AUTH_FILE as its setting `auth.file`.
  const { REGISTRY_AUTH_FILE: _, ...env } = scene.env;
  const daemon = startDaemon(file, args, { env: { ...env, ...ownEnv }, cwd: scene.dir, log: logFile });
  scene.watch(logFile);
  scene.defer(() => daemon.stop());
  const host = `127.0.0.1:${port}`;
  const url = `${tls === undefined ? 'http' : 'https'}://${host}`;
  return {
    host,
    url,
    root,
    port,
    daemon,
    log: () => readFileSync(logFile, 'utf8'),
    stop: () => daemon.stop(),
  };
}

async function waitUntilReady(registry: Registry, tls: Trust = {}): Promise<void> {
  let ended: number | undefined;
  registry.daemon.ended.then((code) => {
    ended = code;
  });
  let last = '';
  for (const deadline = performance.now() + READY_TIMEOUT_MS; performance.now() < deadline; await delay(25)) {
    if (ended !== undefined) throw new Error(`the server ended with ${ended}:\n${registry.log()}`);
    try {
      const { status } = await ask(`${registry.url}/v2/`, { tls });
      if (status === 200 || status === 401) return;
      last = `status ${status}`;
    } catch (error) {
      last = String(error);
    }
  }
  throw new Error(`the server was not ready after ${READY_TIMEOUT_MS} ms (${last}):\n${registry.log()}`);
}

export async function findFreePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
