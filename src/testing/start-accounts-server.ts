import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { composeParts } from '../app/compose-parts.ts';
import { loadConfiguration } from '../app/index.ts';
import { tablesOf } from '../app/migrations.ts';
import { openStorage, type Storage } from '../app/storage.ts';
import type { RouteRecord } from '../http/index.ts';
import { createFirstAdministrator, type IdentityTables } from '../identity/index.ts';
import { type Answer, type Ask, ask } from './ask.ts';
import { createCapturingLogger } from './capturing-logger.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';
import { serveRoutes } from './serve-routes.ts';

/** Of every user that these tests make. */
export const ACCOUNT_PASSWORD = 'correct horse battery';

/** The program's parts as it puts them together, with accounts on, over HTTP on 127.0.0.1. */
export interface AccountsServer extends AsyncDisposable {
  readonly port: number;
  readonly routes: readonly RouteRecord[];
  readonly storage: Storage;
  readonly clock: FakeClock;
  readonly log: ReturnType<typeof createCapturingLogger>;
  raw(line: string, options?: Ask): Promise<Answer>;
  /** JSON in; `as` is an `Authorization` header. */
  api(line: string, options?: ApiAsk): Promise<Answer>;
  /** As `api`, and fails where the answer is no success. */
  must(line: string, options?: ApiAsk): Promise<Record<string, unknown>>;
  /** Of the administrator `root`. */
  readonly root: string;
  /** Makes a user and a token of all rights for him: an `Authorization` header with it. */
  addUser(name: string): Promise<string>;
}

export interface ApiAsk extends Omit<Ask, 'body'> {
  readonly as?: string | undefined;
  readonly body?: unknown;
}

export const basicOf = (name: string, secret = ACCOUNT_PASSWORD) =>
  `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`;

/** `env` as for `lading serve`; everything is in memory unless it names a root. */
export async function startAccountsServer(env: Record<string, string> = {}): Promise<AccountsServer> {
  await using started = new AsyncDisposableStack();
  const clock = createFakeClock();
  const log = createCapturingLogger();
  const inMemory = 'REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY' in env ? {} : { REGISTRY_STORAGE: 'inmemory' };
  const { settings } = await loadConfiguration({
    file: undefined,
    env: { ...inMemory, REGISTRY_AUTH: 'accounts', REGISTRY_STORAGE_DELETE_ENABLED: 'true', ...env },
    flags: {},
  });
  const storage = started.use(await openStorage({ storage: settings.storage, exclusive: true, clock, log }));
  const parts = started.use(
    await composeParts({ storage, settings, guard: undefined, onTreeChange: () => {}, clock, log }),
  );
  const listener = await serveRoutes({ routes: parts.routes, guard: parts.guard, clock, log });
  started.defer(() => listener.close(0));
  const { port } = listener.address;

  await createFirstAdministrator(
    {
      // `root` is.
      isReservedName: () => false,
      db: tablesOf<IdentityTables>(storage.db),
      clock,
      audit: { record: async () => {}, refused: () => {} },
    },
    { name: 'root', password: ACCOUNT_PASSWORD },
  );

  const raw = (line: string, options?: Ask) => ask({ port }, line, options);
  const api = (line: string, { as, body, headers, ...rest }: ApiAsk = {}) =>
    raw(line, {
      ...rest,
      headers: {
        ...(as !== undefined && { Authorization: as }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });

  async function must(line: string, options?: ApiAsk) {
    const got = await api(line, options);
    assert.ok(got.status >= 200 && got.status < 300, `${line}: ${got.status} ${got.body}`);
    return got.body.length === 0 ? {} : (got.json() as Record<string, unknown>);
  }

  async function tokenOf(name: string): Promise<string> {
    const body = { name: randomUUID(), actions: ['pull', 'push', 'delete', 'admin'] };
    const { secret } = await must(`POST /api/v1/users/${name}/tokens`, { as: basicOf(name), body });
    return `Bearer ${secret}`;
  }
  const root = await tokenOf('root');
  const running = started.move();
  return {
    port,
    routes: parts.routes,
    storage,
    clock,
    log,
    raw,
    api,
    must,
    root,
    async addUser(name) {
      await must('POST /api/v1/users', { as: root, body: { name, password: ACCOUNT_PASSWORD } });
      return tokenOf(name);
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
