import { migrations, tablesOf } from '../../../app/migrations.ts';
import { openAccounts } from '../../../app/open-accounts.ts';
import { openSqlite } from '../../../db/index.ts';
import type { RouteRecord } from '../../../http/index.ts';
import type { AuditEntry } from '../../../rest/index.ts';
import {
  type Answer,
  ask,
  createCapturingLogger,
  createFakeClock,
  type FakeClock,
  serveRoutes,
  temporaryFolder,
} from '../../../testing/index.ts';
import { createUser } from '../../accounts/create-user.ts';
import { hashArgon2id } from '../../passwords/argon2id.ts';
import type { IdentityTables } from '../../tables.ts';
import type { OidcSettings } from '../oidc-settings.ts';

export interface AccountsScene extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly log: ReturnType<typeof createCapturingLogger>;
  readonly audit: readonly AuditEntry[];
  readonly refusals: readonly AuditEntry[];
  readonly port: number;
  readonly origin: string;
  /** JSON in and out. Without `as`: as `root`, an administrator; null for nobody. */
  api(line: string, body?: unknown, as?: string | null): Promise<Answer>;
  ask(line: string, headers?: Record<string, string>, body?: string): Promise<Answer>;
  addUser(name: string, user?: { email?: string }): Promise<number>;
}

const PASSWORD = 'correct horse battery';

export function basic(user: string, password: string = PASSWORD): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/**
 * Accounts as the program puts them together, over real HTTP and SQLite, with `root` as administrator, the organisation
 * `acme` and its teams `dev` and `ops`. In the registry's place: routes that ask the guard and then answer 200. The time is
 * the real one until it is moved.
 */
export async function startAccounts(
  options: { oidc?: OidcSettings; privateIssuers?: readonly string[] } = {},
): Promise<AccountsScene> {
  await using started = new AsyncDisposableStack();
  const folder = started.use(await temporaryFolder());
  const db = started.use(await openSqlite({ file: `${folder.path}/lading.db`, migrations }));
  const clock = createFakeClock(Date.now());
  const log = createCapturingLogger();
  const audit: AuditEntry[] = [];
  const refusals: AuditEntry[] = [];
  const accounts = started.use(
    await openAccounts({
      db: db as never,
      settings: {
        realm: undefined,
        service: 'lading',
        issuer: 'lading',
        tokenLifetimeMs: 300_000,
        oidc: options.oidc,
        privateIssuers: options.privateIssuers ?? [],
      },
      prefix: '/',
      audit: {
        record: async (_trx, entry) => void audit.push(entry),
        refused: (entry) => void refusals.push(entry),
      },
      mover: {
        exists: async () => false,
        existsBelow: async () => false,
        rename: async () => {},
        remove: async () => {},
        onMoved: () => {},
      } as never,
      onEvents: () => {},
      clock,
      log,
    }),
  );
  const routes = [...accounts.routes, ...accounts.tokenRoutes, ...registryRoutes];
  const listener = await serveRoutes({ routes, guard: accounts.guard, clock, log });
  started.defer(() => listener.close(0));
  const { port } = listener.address;
  const identityDb = tablesOf<IdentityTables>(db as never);
  const passwordHash = await hashArgon2id(PASSWORD);
  const addUser: AccountsScene['addUser'] = (name, user = {}) =>
    identityDb.transaction((trx) =>
      createUser(trx, { name, passwordHash, now: clock.now(), isAdministrator: name === 'root', ...user }),
    );
  await addUser('root');

  const scene: Omit<AccountsScene, typeof Symbol.asyncDispose> = {
    clock,
    log,
    audit,
    refusals,
    port,
    origin: `http://localhost:${port}`,
    addUser,
    api: (line, body, as = basic('root')) =>
      ask({ port }, line, {
        headers: {
          Host: `localhost:${port}`,
          ...(as !== null && { Authorization: as }),
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    ask: (line, headers = {}, body = undefined) =>
      ask({ port }, line, {
        headers: { Host: `localhost:${port}`, ...headers },
        ...(body !== undefined && { body }),
      }),
  };
  for (const [path, name] of [
    ['', 'acme'],
    ['/acme/teams', 'dev'],
    ['/acme/teams', 'ops'],
  ]) {
    const made = await scene.api(`POST /api/v1/organisations${path}`, { name });
    if (made.status !== 201) throw new Error(`${name}: ${made.body}`);
  }
  const running = started.move();
  return { ...scene, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

const registryRoutes: readonly RouteRecord[] = [
  {
    name: 'base',
    method: 'GET',
    path: '/v2/',
    access: () => 'authenticated',
    handle: async () => ({ status: 200 }),
  },
  ...(
    [
      ['GET', 'pull'],
      ['PUT', 'push'],
      ['DELETE', 'delete'],
    ] as const
  ).map(
    ([method, action]): RouteRecord => ({
      name: `manifest.${action}`,
      method,
      path: '/v2/{name+}/manifests/{reference}',
      access: ({ name = '' }) => ({ type: 'repository', name, actions: [action] }),
      handle: async (call) => ({
        status: 200,
        headers: { 'X-Actor': call.actor?.name ?? '', 'X-Kind': call.actor?.kind ?? '' },
      }),
    }),
  ),
];
