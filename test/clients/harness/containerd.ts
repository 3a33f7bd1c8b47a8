/** A private containerd, with only what pulling, pushing and storing content needs. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type RunOptions, type RunResult, startDaemon } from './process.ts';
import type { Scene } from './scene.ts';
import { findTool } from './tools.ts';

export interface Containerd {
  /** `ctr ARGS` against this containerd. */
  ctr(args: readonly string[], options?: Partial<RunOptions>): Promise<RunResult>;
}

export async function startContainerd(scene: Scene): Promise<Containerd> {
  const dir = scene.path('containerd');
  mkdirSync(dir, { recursive: true });
  const socket = `${dir}/c.sock`;
  writeFileSync(
    `${dir}/config.toml`,
    `version = 2
root = "${dir}/root"
state = "${dir}/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "${socket}"
`,
  );
  const daemon = startDaemon(findTool('containerd') ?? 'containerd', ['-c', `${dir}/config.toml`], {
    env: scene.env,
    cwd: dir,
    log: `${dir}/log`,
  });
  scene.watch(`${dir}/log`);
  scene.defer(() => daemon.stop());
  const ctr = (args: readonly string[], options?: Partial<RunOptions>) =>
    scene.run('ctr', ['-a', socket, ...args], options);
  for (let tried = 0; tried < 300; tried++) {
    const { code } = await ctr(['version'], { expect: 'any' });
    if (code === 0) return { ctr };
    await delay(100);
  }
  throw new Error('containerd was not ready after 30 s');
}
