import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type RunResult, run, startDaemon } from '../../test/clients/harness/process.ts';
import { unmountBelow } from './unmount-below.ts';

export interface Engine {
  docker(...args: readonly string[]): Promise<RunResult>;
  stop(): Promise<void>;
}

const READY_LIMIT_MS = 60_000;
const COMMAND_LIMIT_MS = 300_000;

/** A private Docker Engine below `dir`: overlay2, so that the client's own copying is small. */
export async function startEngine(dir: string): Promise<Engine> {
  mkdirSync(dir, { recursive: true });
  const socket = `unix://${dir}/d.sock`;
  const env = { PATH: process.env.PATH, HOME: dir, LANG: 'C.UTF-8', DOCKER_HOST: socket };
  const args = ['--iptables=false', '--ip6tables=false', '--bridge=none', '--storage-driver', 'overlay2'];
  args.push(
    '-H',
    socket,
    '--data-root',
    `${dir}/data`,
    '--exec-root',
    `${dir}/exec`,
    '--pidfile',
    `${dir}/pid`,
  );
  const log = join(dir, 'log');
  const daemon = startDaemon('dockerd', args, { env, cwd: dir, log });
  const docker = (...dockerArgs: readonly string[]) =>
    run('docker', dockerArgs, { env, cwd: dir, timeoutMs: COMMAND_LIMIT_MS });
  const deadline = performance.now() + READY_LIMIT_MS;
  for (;;) {
    try {
      await docker('version');
      return {
        docker,
        stop: async () => {
          await daemon.stop(20_000);
          unmountBelow(dir);
        },
      };
    } catch (error) {
      if (performance.now() < deadline) {
        await delay(200);
        continue;
      }
      await daemon.kill();
      throw new Error(`dockerd did not start: ${readFileSync(log, 'utf8').slice(-1_000)}`, { cause: error });
    }
  }
}
