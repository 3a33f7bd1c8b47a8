/** A private Docker Engine: no network set-up, no driver that needs kernel modules, nothing outside the scene. */

import { mkdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type RunOptions, type RunResult, startDaemon } from './process.ts';
import type { Scene } from './scene.ts';
import { findTool } from './tools.ts';

export interface Dockerd {
  /** `DOCKER_HOST`, for other clients of it. */
  readonly host: string;
  /** `docker ARGS` against this engine. */
  docker(args: readonly string[], options?: Partial<RunOptions>): Promise<RunResult>;
}

/** vfs works everywhere and copies a whole image for each layer; overlay2 asks for a file system that can be overlaid. */
export type StorageDriver = 'vfs' | 'overlay2';

export async function startDockerd(scene: Scene, storageDriver: StorageDriver = 'vfs'): Promise<Dockerd> {
  const dir = scene.path('dockerd');
  mkdirSync(dir, { recursive: true });
  const socket = `unix://${dir}/d.sock`;
  const args = [
    '--iptables=false',
    '--ip6tables=false',
    '--bridge=none',
    '--storage-driver',
    storageDriver,
    '-H',
    socket,
  ];
  args.push('--data-root', `${dir}/data`, '--exec-root', `${dir}/exec`, '--pidfile', `${dir}/pid`);
  const daemon = startDaemon(findTool('dockerd') ?? 'dockerd', args, {
    env: scene.env,
    cwd: dir,
    log: `${dir}/log`,
  });
  scene.watch(`${dir}/log`);
  scene.defer(() => daemon.stop(20_000));
  // The classic builder: BuildKit is a plugin that Debian does not package.
  const env = { DOCKER_HOST: socket, DOCKER_BUILDKIT: '0' };
  const docker = (dockerArgs: readonly string[], options?: Partial<RunOptions>) =>
    scene.run('docker', dockerArgs, { ...options, env: { ...env, ...options?.env } });
  for (let tried = 0; tried < 300; tried++) {
    const { code } = await docker(['version'], { expect: 'any' });
    if (code === 0) return { host: socket, docker };
    await delay(100);
  }
  throw new Error('dockerd was not ready after 30 s');
}
