import { mkdirSync, readFileSync } from 'node:fs';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startDaemon } from '../../test/clients/harness/process.ts';
import { groupCpuSeconds, groupPeakRssBytes, groupRssBytes } from '../measure/process-usage.ts';
import type { Contender } from '../measure/types.ts';
import { lading, nginx, registry2, registry3, sink, zot, zotMinimal } from './index.ts';
import type { LaunchOptions, Peer } from './peer.ts';

export const contenders: Readonly<Record<Contender, Peer>> = {
  lading,
  'registry-2': registry2,
  'registry-3': registry3,
  zot,
  'zot-minimal': zotMinimal,
  nginx,
  sink,
};

export interface StartOptions extends Pick<LaunchOptions, 'auth' | 'tls'> {
  /** Instead of the turn's own folder. */
  readonly root?: string;
  /** Put before the command, such as strace and its options. */
  readonly wrapper?: readonly string[];
  readonly readyLimitMs?: number;
}

export interface Server {
  readonly url: string;
  readonly root: string;
  readonly metricsUrl: string | undefined;
  /** From the start of the process to the first answer of `/v2/`. */
  readonly readyMs: number;
  cpuSeconds(): number;
  peakRssBytes(): number;
  rssBytes(): number;
  /** Asks it to end, and waits. */
  stop(): Promise<void>;
  /** Ends it at once. */
  kill(): Promise<void>;
}

export async function startServer(
  contender: Contender,
  dir: string,
  options: StartOptions = {},
): Promise<Server> {
  const root = options.root ?? join(dir, 'data');
  mkdirSync(root, { recursive: true });
  const [port, spare] = await Promise.all([freePort(), freePort()]);
  const { auth, tls } = options;
  const launch = contenders[contender].launch({
    root,
    dir,
    port,
    spare,
    ...(auth && { auth }),
    ...(tls && { tls }),
  });
  const [file, ...args] = [...(options.wrapper ?? []), launch.file, ...launch.args];
  if (file === undefined) throw new Error('nothing to start');
  const log = join(dir, `${contender}.log`);
  const env = { PATH: process.env.PATH, HOME: dir, LANG: 'C.UTF-8', ...launch.env };
  const began = performance.now();
  const daemon = startDaemon(file, args, { cwd: dir, env, log });
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  let exitCode: number | undefined;
  void daemon.ended.then((code) => {
    exitCode = code;
  });
  const deadline = began + (options.readyLimitMs ?? 60_000);
  while (!(await answers(url))) {
    if (exitCode !== undefined || performance.now() > deadline) {
      const why = exitCode === undefined ? 'did not answer in time' : `ended with ${exitCode}`;
      await daemon.kill();
      throw new Error(`${contender} ${why}: ${readFileSync(log, 'utf8').slice(-1_000)}`);
    }
    await delay(2);
  }
  const readyMs = performance.now() - began;
  return {
    url,
    root,
    metricsUrl: launch.metricsUrl,
    readyMs,
    cpuSeconds: () => groupCpuSeconds(daemon.pid),
    peakRssBytes: () => groupPeakRssBytes(daemon.pid),
    rssBytes: () => groupRssBytes(daemon.pid),
    stop: async () => {
      await daemon.stop();
    },
    kill: daemon.kill,
  };
}

function answers(url: string): Promise<boolean> {
  const request = url.startsWith('https') ? requestHttps : requestHttp;
  return new Promise((resolve) => {
    const sent = request(`${url}/v2/`, { rejectUnauthorized: false, agent: false, timeout: 5_000 });
    sent.on('response', (response) => {
      response.resume();
      resolve(response.statusCode === 200 || response.statusCode === 401);
    });
    sent.on('error', () => resolve(false));
    sent.on('timeout', () => sent.destroy());
    sent.end();
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
