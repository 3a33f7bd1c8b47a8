import type { Database } from '../db/index.ts';
import type { Clock, Logger } from '../kernel/index.ts';
import type { IdentityTables } from './tables.ts';

const FLUSH_INTERVAL_MS = 10_000;
/** Bounds one transaction; also how many can be waiting when the database cannot be written. */
const MAX_WAITING = 10_000;

/** When accounts, tokens and sessions were last used: kept in memory, written together, never a write for a request. */
export interface Usage extends AsyncDisposable {
  noteAccount(id: number): void;
  noteToken(id: string, address: string): void;
  noteSession(id: string): void;
  /** Never rejects: what cannot be written now waits for the next time. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export function createUsage(options: {
  readonly db: Database<IdentityTables>;
  readonly clock: Clock;
  readonly log: Logger;
}): Usage {
  const { db, clock, log } = options;
  const accounts = new Map<number, number>();
  const tokens = new Map<string, { at: number; address: string }>();
  const sessions = new Map<string, number>();
  let flushing: Promise<void> | undefined;
  const timer = setInterval(() => void flush(), FLUSH_INTERVAL_MS);
  timer.unref();

  const close = async () => {
    clearInterval(timer);
    await flush();
  };
  return {
    noteAccount: (id) => put(accounts, id, clock.now()),
    noteToken: (id, address) => put(tokens, id, { at: clock.now(), address }),
    noteSession: (id) => put(sessions, id, clock.now()),
    flush,
    close,
    [Symbol.asyncDispose]: close,
  };

  function put<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): void {
    if (map.size < MAX_WAITING || map.has(key)) map.set(key, value);
  }

  function flush(): Promise<void> {
    flushing ??= write().finally(() => {
      flushing = undefined;
    });
    return flushing;
  }

  async function write(): Promise<void> {
    if (accounts.size + tokens.size + sessions.size === 0) return;
    const noted = { accounts: [...accounts], tokens: [...tokens], sessions: [...sessions] };
    try {
      await db.transaction(async (trx) => {
        for (const [id, at] of noted.accounts) {
          for (const table of ['user_profile', 'robot_profile'] as const) {
            await trx.updateTable(table).set({ last_seen_at: at }).where('account_id', '=', id).execute();
          }
        }
        for (const [id, { at, address }] of noted.tokens) {
          const used = { last_used_at: at, last_used_from: address };
          await trx.updateTable('access_token').set(used).where('id', '=', id).execute();
        }
        for (const [id, at] of noted.sessions) {
          await trx.updateTable('session').set({ last_seen_at: at }).where('id', '=', id).execute();
        }
      });
    } catch (error) {
      log.warn(
        { err: error },
        'when accounts and tokens were last used could not be written; tried again soon',
      );
      return;
    }
    // Only what was not used again meanwhile.
    forget(accounts, noted.accounts);
    forget(tokens, noted.tokens);
    forget(sessions, noted.sessions);
  }
}

function forget<Key, Value>(map: Map<Key, Value>, written: readonly (readonly [Key, Value])[]): void {
  for (const [key, value] of written) if (map.get(key) === value) map.delete(key);
}
