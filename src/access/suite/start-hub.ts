import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Transaction } from 'kysely';
import { createMemoryBlobStore } from '../../blob/index.ts';
import { type Database, openSqlite } from '../../db/index.ts';
import {
  createDistribution,
  type DistributionTables,
  distributionMigrations,
  findRepositoryId,
  removeRepository,
  renameRepository,
} from '../../distribution/index.ts';
import type { TokenScope } from '../../http/index.ts';
import type { AuditEntry } from '../../rest/index.ts';
import { ask, createCapturingLogger, createFakeClock, serveRoutes } from '../../testing/index.ts';
import type { AccessTransaction } from '../accounts.ts';
import type { AccessContext } from '../context.ts';
import { createRepositoryHooks } from '../create-repository-hooks.ts';
import { createAuthorizer } from '../decide/create-authorizer.ts';
import { createAccountsGuard } from '../guard/create-accounts-guard.ts';
import { accessRoutes } from '../routes/access-routes.ts';
import { type AccessTables, accessMigrations } from '../tables.ts';
import { createFakeAccounts, type FakeAccounts } from './fake-accounts.ts';

/** A registry with accounts over HTTP, whose users have their names as passwords. `NAME:SCOPE` is a limited token. */
export interface Hub extends AsyncDisposable {
  readonly port: number;
  readonly db: Database<AccessTables>;
  readonly accounts: FakeAccounts;
  readonly context: AccessContext;
  readonly audited: AuditEntry[];
  /** Asks as a user, and answers status and body. */
  as(
    name: string | undefined,
    line: string,
    body?: unknown,
  ): Promise<{
    status: number;
    body: Record<string, unknown>;
    text: string;
    header(name: string): string | undefined;
  }>;
  /** Pushes one blob, and answers the status of the last request. */
  push(name: string | undefined, repository: string): Promise<number>;
}

const toDistribution = (trx: AccessTransaction) => trx as unknown as Transaction<DistributionTables>;

export async function startHub(): Promise<Hub> {
  const folder = await mkdtemp(join(tmpdir(), 'lading-hub-'));
  const clock = createFakeClock();
  const log = createCapturingLogger();
  const db = await openSqlite<AccessTables>({
    file: join(folder, 'lading.db'),
    migrations: [...distributionMigrations, ...accessMigrations],
  });
  const accounts = createFakeAccounts();
  const authorizer = await createAuthorizer({ db, accounts, clock });
  const audited: AuditEntry[] = [];
  const context: AccessContext = {
    db,
    accounts,
    authorizer,
    clock,
    audit: { record: async (_, entry) => void audited.push(entry), refused: () => {} },
    mover: {
      exists: async (trx, name) => (await findRepositoryId(toDistribution(trx), name)) !== undefined,
      existsBelow: async () => false,
      rename: (trx, from, to) => renameRepository(toDistribution(trx), from, to),
      remove: (trx, name) => removeRepository(toDistribution(trx), name),
      onMoved: () => {},
    },
    onEvents: () => {},
  };
  const hooks = createRepositoryHooks({ accounts, authorizer });
  const { routes } = createDistribution(
    {
      db: db as unknown as Database<DistributionTables>,
      blobs: createMemoryBlobStore({ clock }),
      clock,
      log,
      onTreeChange: () => {},
      hooks: {
        onRepositoryCreated: (trx, repository) =>
          hooks.onRepositoryCreated(trx as unknown as AccessTransaction, repository),
      },
    },
    { deleteEnabled: true, readOnly: false, catalogMaxEntries: 1000, sparseManifests: false },
  );
  const guard = createAccountsGuard({
    authorizer,
    realm: undefined,
    tokenPath: '/token',
    service: 'lading',
    verifiers: {
      async basic({ user, password }) {
        const account = await accounts.find(user);
        if (!account || account.isDisabled || account.kind === 'organisation') return undefined;
        const scope = password === user ? undefined : (JSON.parse(password) as TokenScope);
        const { kind, name, id, isAdministrator } = account;
        const credential = { kind: 'token', id: undefined, scope } as const;
        return { kind, name, accountId: id, isAdministrator, credential };
      },
      bearer: async () => undefined,
      session: async () => undefined,
    },
  });
  const served = [...routes, ...accessRoutes(context)];
  const listener = await serveRoutes({ routes: served, guard, clock, log });
  const { port } = listener.address;

  const credentialsOf = (name: string | undefined): Record<string, string> => {
    if (name === undefined) return {};
    const [user = '', ...scope] = name.split(':');
    const text = `${user}:${scope.length > 0 ? scope.join(':') : user}`;
    return { Authorization: `Basic ${Buffer.from(text).toString('base64')}` };
  };

  return {
    port,
    db,
    accounts,
    context,
    audited,
    async as(name, line, body) {
      const json = body === undefined ? {} : { body: JSON.stringify(body) };
      const headers = {
        ...credentialsOf(name),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      };
      const got = await ask({ port }, line, { headers, ...json });
      const text = got.body.toString();
      return { status: got.status, text, body: text === '' ? {} : JSON.parse(text), header: got.header };
    },
    async push(name, repository) {
      const headers = credentialsOf(name);
      const started = await ask({ port }, `POST /v2/${repository}/blobs/uploads/`, { headers });
      if (started.status !== 202) return started.status;
      // SHA-256 of nothing.
      const digest = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
      const finished = await ask({ port }, `PUT ${started.header('location')}?digest=${digest}`, { headers });
      return finished.status;
    },
    async [Symbol.asyncDispose]() {
      await listener.close(0);
      await db.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
