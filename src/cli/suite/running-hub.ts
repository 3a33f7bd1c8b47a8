import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfiguration, startApp } from '../../app/index.ts';
import { silentLogger, systemClock } from '../../kernel/index.ts';
import { temporaryFolder } from '../../testing/index.ts';
import { parseJsonLines, type Run, runLading } from './run-lading.ts';

export const PASSWORD = 'correct horse battery';

export interface RunningHub extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly root: string;
  /** Of `credentials.json`. */
  readonly configHome: string;
  /** A command of somebody who keeps his logins in `configHome`. */
  run(args: readonly string[], options?: Parameters<typeof runLading>[1]): Promise<Run>;
  /** The same, which must succeed; what it printed on standard output. */
  ok(...args: readonly string[]): Promise<string>;
  /** The same with `--json`. */
  json(...args: readonly string[]): Promise<Record<string, unknown>[]>;
}

/** The whole program with accounts in this process, and `alice` its administrator, logged in unless told otherwise. */
export async function startRunningHub({ logsIn = true } = {}): Promise<RunningHub> {
  await using started = new AsyncDisposableStack();
  const folder = started.use(await temporaryFolder());
  const root = join(folder.path, 'root');
  const configHome = join(folder.path, 'config');
  const passwordFile = join(folder.path, 'password');
  await writeFile(passwordFile, PASSWORD);
  const { settings } = await loadConfiguration({
    file: undefined,
    env: { REGISTRY_AUTH: 'accounts' },
    flags: { root, addr: '127.0.0.1:0' },
  });
  const app = await startApp({
    settings,
    clock: systemClock,
    log: silentLogger,
    signal: new AbortController().signal,
    firstAdministrator: { name: 'alice', passwordFile },
  });
  if (!app) throw new Error('The registry did not start.');
  started.defer(() => app.close());
  const { url } = app;
  const run: RunningHub['run'] = (args, options = {}) =>
    runLading(args, { ...options, env: { XDG_CONFIG_HOME: configHome, ...options.env } });
  const ok = async (...args: readonly string[]) => {
    const { code, out, err } = await run(args);
    assert.equal(code, 0, `lading ${args.join(' ')}: ${err}`);
    return out;
  };
  const json = async (...args: readonly string[]) => parseJsonLines(await ok(...args, '--json'));
  if (logsIn) {
    const login = await run(['login', url, '-u', 'alice'], { input: PASSWORD });
    assert.equal(login.code, 0, login.err);
  }
  const running = started.move();
  return { url, root, configHome, run, ok, json, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
