import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openSqlite } from '../../db/index.ts';
import type { Actor, TokenScope } from '../../http/index.ts';
import { jobMigrations } from '../../jobs/index.ts';
import { createFakeClock, type FakeClock } from '../../testing/index.ts';
import type { Authorizer } from '../authorizer.ts';
import { changeAccess } from '../change-access.ts';
import { createAuthorizer } from '../decide/create-authorizer.ts';
import { insertGrant } from '../store/grants.ts';
import { putMember } from '../store/members.ts';
import { putRepository } from '../store/repositories.ts';
import { putRole } from '../store/roles.ts';
import { findTeam, insertTeam, putTeamMember } from '../store/teams.ts';
import { type AccessTables, accessMigrations, type Visibility } from '../tables.ts';
import { createFakeAccounts, type FakeAccounts } from './fake-accounts.ts';

/** Rights over a database of their own, below HTTP. Accounts are made as they are named. */
export interface OpenAccess extends AsyncDisposable {
  readonly db: Database<AccessTables>;
  readonly clock: FakeClock;
  readonly accounts: FakeAccounts;
  readonly authorizer: Authorizer;
  actor(name: string, scope?: TokenScope): Actor;
  member(organisation: string, user: string, role: string): Promise<void>;
  grant(
    namespace: string,
    to: { user?: string; team?: string },
    on: { role: string; pattern: string },
  ): Promise<string>;
  team(organisation: string, name: string, ...users: string[]): Promise<void>;
  role(namespace: string, name: string, ...actions: string[]): Promise<void>;
  repository(name: string, visibility?: Visibility): Promise<void>;
  change(work: Parameters<typeof changeAccess>[1]): Promise<void>;
}

export async function openAccess(): Promise<OpenAccess> {
  const folder = await mkdtemp(join(tmpdir(), 'lading-access-'));
  const db = await openSqlite<AccessTables>({
    file: join(folder, 'lading.db'),
    migrations: [...jobMigrations, ...accessMigrations],
  });
  const clock = createFakeClock();
  const accounts = createFakeAccounts();
  const authorizer = await createAuthorizer({ db, accounts, clock });
  const known = new Map<string, number>();
  let grants = 0;

  function idOf(
    name: string,
    kind: 'user' | 'organisation' | 'robot' = name.includes('+') ? 'robot' : 'user',
  ) {
    const id = known.get(name) ?? accounts.add(name, kind).id;
    known.set(name, id);
    return id;
  }
  const change: OpenAccess['change'] = async (work) => {
    await changeAccess({ db, authorizer }, work);
  };

  return {
    db,
    clock,
    accounts,
    authorizer,
    change,
    actor: (name, scope) => ({
      kind: name.includes('+') ? 'robot' : 'user',
      name,
      accountId: idOf(name),
      isAdministrator: name === 'root',
      credential: { kind: 'token', id: undefined, scope },
    }),
    member: (organisation, user, role) =>
      change((trx) =>
        putMember(trx, idOf(organisation, 'organisation'), { accountId: idOf(user), role, since: 0 }),
      ),
    async grant(namespace, { user, team }, { role, pattern }) {
      grants += 1;
      const id = `00000000-0000-4000-8000-${String(grants).padStart(12, '0')}`;
      await change(async (trx) => {
        const namespaceId = idOf(namespace, 'organisation');
        const subject = team === undefined ? undefined : await findTeam(trx, namespaceId, team);
        await insertGrant(trx, {
          id,
          namespace_id: namespaceId,
          subject_kind: subject ? 'team' : 'account',
          subject_id: subject?.id ?? idOf(user ?? ''),
          role,
          pattern,
          created_by: null,
          created_at: 0,
        });
      });
      return id;
    },
    team: (organisation, name, ...users) =>
      change(async (trx) => {
        const organisationId = idOf(organisation, 'organisation');
        await insertTeam(trx, organisationId, { name, description: '', created_at: 0 });
        const team = await findTeam(trx, organisationId, name);
        for (const user of users)
          await putTeamMember(trx, team?.id ?? 0, { accountId: idOf(user), since: 0 });
      }),
    role: (namespace, name, ...actions) =>
      change((trx) =>
        putRole(trx, idOf(namespace, 'organisation'), { name, description: '', actions: actions as never }),
      ),
    repository: (repository, visibility = 'private') =>
      change((trx) => putRepository(trx, { repository, visibility, createdBy: null, now: 0 })),
    async [Symbol.asyncDispose]() {
      await db.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
