/** Containers of the image under test. */

import { mkdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ask, type Dockerd, type Scene } from '../clients/harness/index.ts';
import type { RunResult } from '../clients/harness/process.ts';

export const IMAGE = 'lading';

export interface Container {
  readonly id: string;
  exec(...command: string[]): Promise<RunResult>;
  /** A field of `docker inspect`, as a Go template. */
  inspect(template: string): Promise<string>;
  logs(): Promise<string>;
  /** `docker stop`, which kills it after `graceSeconds`; resolves with the exit code. */
  stop(graceSeconds?: number): Promise<number>;
}

/** `docker run --detach OPTIONS lading COMMAND`. */
export async function startContainer(
  { docker }: Dockerd,
  options: readonly string[],
  command: readonly string[] = [],
): Promise<Container> {
  const { stdout } = await docker(['run', '--detach', ...options, IMAGE, ...command]);
  const id = stdout.trim();
  const inspect = async (template: string) =>
    (await docker(['inspect', '--format', template, id])).stdout.trim();
  return {
    id,
    inspect,
    exec: (...words) => docker(['exec', id, ...words], { expect: 'any' }),
    logs: async () => (await docker(['logs', id])).output,
    async stop(graceSeconds = 60) {
      await docker(['stop', '--time', `${graceSeconds}`, id]);
      return Number(await inspect('{{.State.ExitCode}}'));
    },
  };
}

/** Asks every 100 ms until the answer is yes. Throws after 60 s, with what the container said. */
export async function until(container: Container, what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + 60_000; performance.now() < deadline; await delay(100)) {
    if (await isSo().catch(() => false)) return;
    if ((await container.inspect('{{.State.Running}}')) !== 'true') break;
  }
  throw new Error(`the container was not ${what}:\n${await container.logs()}`);
}

export async function untilHealthy(container: Container): Promise<void> {
  await until(
    container,
    'healthy',
    async () => (await container.inspect('{{.State.Health.Status}}')) === 'healthy',
  );
}

/** Up to the first answer of `GET /v2/`. */
export async function untilServing(container: Container, url: string): Promise<void> {
  await until(container, `serving ${url}`, async () => (await ask(`${url}/v2/`)).status < 500);
}

/** Overlay2 where the folder of the scene can be overlaid: a build is then three times as fast. */
export async function findStorageDriver(scene: Scene): Promise<'overlay2' | 'vfs'> {
  const at = (name: string) => scene.path('overlay', name);
  for (const name of ['lower', 'upper', 'work', 'merged']) mkdirSync(at(name), { recursive: true });
  const options = `lowerdir=${at('lower')},upperdir=${at('upper')},workdir=${at('work')}`;
  const mount = ['-t', 'overlay', 'overlay', '-o', options, at('merged')];
  const { code } = await scene.run('mount', mount, { expect: 'any' });
  if (code !== 0) return 'vfs';
  await scene.run('umount', [at('merged')]);
  return 'overlay2';
}

/** Resident memory of a process in MB. */
export async function residentMb(scene: Scene, pid: number | string): Promise<number> {
  const { stdout } = await scene.run('grep', ['VmRSS', `/proc/${pid}/status`]);
  return Math.round(Number(/\d+/.exec(stdout)?.[0]) / 1024);
}
