import { join } from 'node:path';
import {
  type AccessTables,
  type Accounts,
  accessMigrations,
  createAccountsGuard,
  createAuthorizer,
  isReservedName,
} from '../../access/index.ts';
import { type Database, openSqlite } from '../../db/index.ts';
import type { AuditEntry } from '../../rest/index.ts';
import {
  type Answer,
  ask,
  createCapturingLogger,
  createFakeClock,
  type FakeClock,
  serveRoutes,
  temporaryFolder,
} from '../../testing/index.ts';
import { createAccount } from '../accounts/create-account.ts';
import { createUser } from '../accounts/create-user.ts';
import { compareBcrypt } from '../compare-bcrypt.ts';
import { createIdentity, type Identity } from '../create-identity.ts';
import { compareArgon2id, hashArgon2id } from '../passwords/argon2id.ts';
import { type IdentityTables, identityMigrations } from '../tables.ts';

export const PASSWORD = 'correct horse battery';

export interface IdentityScene extends AsyncDisposable {
  readonly identity: Identity;
  readonly db: Database<IdentityTables>;
  readonly clock: FakeClock;
  readonly log: ReturnType<typeof createCapturingLogger>;
  readonly audit: readonly AuditEntry[];
  readonly refusals: readonly AuditEntry[];
  /** How often a password was compared; `atOnce` gathers how many comparisons were under way when one began. */
  readonly hashes: { argon2id: number; bcrypt: number; atOnce: Set<number> };
  /** JSON in and out; `as` is an `Authorization` header or the headers of a browser. */
  api(line: string, options?: { as?: As; body?: unknown; headers?: Record<string, string> }): Promise<Answer>;
  /** Logs in as a browser does. */
  logIn(name: string, options?: { password?: string; headers?: Record<string, string> }): Promise<Browser>;
  /** Of a user with `PASSWORD`. */
  addUser(name: string, options?: { isAdministrator?: boolean; passwordHash?: string }): Promise<number>;
  addOrganisation(name: string): Promise<number>;
}

export interface Browser {
  readonly cookie: string;
  readonly csrf: string;
  readonly setCookies: string;
}

export type As = string | Browser;

/** `ada` is an administrator, `bob` a user; real SQLite, real HTTP, the guard and the authorizer of accounts mode. */
export async function startIdentity(): Promise<IdentityScene> {
  await using started = new AsyncDisposableStack();
  const folder = started.use(await temporaryFolder());
  const migrations = [...identityMigrations, ...accessMigrations];
  const shared = started.use(
    await openSqlite<IdentityTables & AccessTables>({ file: join(folder.path, 'lading.db'), migrations }),
  );
  const db = shared as unknown as Database<IdentityTables>;
  const clock = createFakeClock();
  const log = createCapturingLogger();
  const audit: AuditEntry[] = [];
  const refusals: AuditEntry[] = [];
  const hashes = { argon2id: 0, bcrypt: 0, atOnce: new Set<number>() };
  let underWay = 0;
  let onChange = async () => {};
  const identity = started.use(
    createIdentity({
      db,
      clock,
      log,
      isReservedName,
      assertUnclaimed: async () => {},
      onAccountDeleted: async () => {},
      onUserDisabled: async () => {},
      assertMayManage: async () => {},
      endDevices: async () => {},
      onChange: () => onChange(),
      audit: {
        record: async (_trx, entry) => void audit.push(entry),
        refused: (entry) => void refusals.push(entry),
      },
      hashes: {
        async argon2id(password, hash) {
          hashes.argon2id += 1;
          underWay += 1;
          hashes.atOnce.add(underWay);
          try {
            return await compareArgon2id(password, hash);
          } finally {
            underWay -= 1;
          }
        },
        bcrypt(password, hash) {
          hashes.bcrypt += 1;
          return compareBcrypt(password, hash);
        },
      },
    }),
  );
  const authorizer = await createAuthorizer({
    db: shared as unknown as Database<AccessTables>,
    accounts: identity.accounts as unknown as Accounts,
    clock,
  });
  onChange = () => authorizer.invalidate();
  const { basic, bearer, session } = identity;
  const guard = createAccountsGuard({
    authorizer,
    verifiers: { basic, bearer, session },
    realm: undefined,
    tokenPath: '/token',
    service: 'lading',
  });
  const listener = await serveRoutes({ routes: identity.routes, guard, clock, log });
  started.defer(() => listener.close(0));
  const { port } = listener.address;
  const passwordHash = await hashArgon2id(PASSWORD);

  const addUser: IdentityScene['addUser'] = (name, user = {}) =>
    identity.changes.transaction((trx) => createUser(trx, { name, passwordHash, now: clock.now(), ...user }));
  await addUser('ada', { isAdministrator: true });
  await addUser('bob');

  const api: IdentityScene['api'] = (line, { as, body, headers = {} } = {}) =>
    ask({ port }, line, {
      headers: {
        Host: `localhost:${port}`,
        ...(typeof as === 'string' && { Authorization: as }),
        ...(typeof as === 'object' && { Cookie: as.cookie, 'X-CSRF-Token': as.csrf }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });

  const running = started.move();
  return {
    identity,
    db,
    clock,
    log,
    audit,
    refusals,
    hashes,
    api,
    addUser,
    async addOrganisation(name) {
      const { id } = await identity.changes.transaction((trx) =>
        createAccount(trx, { name, kind: 'organisation', now: clock.now() }),
      );
      return id;
    },
    async logIn(name, { password = PASSWORD, headers = {} } = {}) {
      const reply = await api('POST /api/v1/session', { body: { name, password }, headers });
      if (reply.status !== 201) throw new Error(`login answered ${reply.status}: ${reply.body}`);
      const setCookies = reply.header('set-cookie') ?? '';
      const cookie = [...setCookies.matchAll(/(?:^|, )([\w-]+=lading_\w+)/g)].map(([, pair]) => pair);
      return {
        cookie: cookie.join('; '),
        csrf: (reply.json() as { csrf_token: string }).csrf_token,
        setCookies,
      };
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

export function basic(name: string, password: string = PASSWORD): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
}

export function bearer(token: string): string {
  return `Bearer ${token}`;
}
