import { loadConfiguration, startApp } from '../../../src/app/index.ts';
import { type Clock, systemClock } from '../../../src/kernel/index.ts';
import { createCapturingLogger, type LogEntry } from '../../../src/testing/index.ts';

/** The whole server in this process: quick to start, for tests that start it hundreds of times or move its clock. */
export interface LadingHere extends AsyncDisposable {
  readonly port: number;
  readonly log: readonly LogEntry[];
  close(): Promise<void>;
}

export async function startLadingHere(options: {
  root: string;
  env?: Readonly<Record<string, string>>;
  clock?: Clock;
}): Promise<LadingHere> {
  const { root, env = {}, clock = systemClock } = options;
  const quick = { REGISTRY_HTTP_DRAINTIMEOUT: '0s', REGISTRY_LOG_ACCESSLOG_DISABLED: 'true' };
  const { settings } = await loadConfiguration({
    env: { ...quick, ...env },
    flags: { root, addr: '127.0.0.1:0' },
  });
  const log = createCapturingLogger();
  const app = await startApp({ settings, clock, log, signal: new AbortController().signal });
  if (app === undefined) throw new Error('stopped before it listened');
  return {
    port: Number(new URL(app.url).port),
    log: log.entries,
    close: () => app.close(),
    [Symbol.asyncDispose]: () => app.close(),
  };
}
