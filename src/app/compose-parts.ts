import type { AccessTransaction, RepositoryMover } from '../access/index.ts';
import {
  createDistribution,
  type Distribution,
  findRepositoryId,
  hasRepositoryBelow,
  removeRepository,
  renameRepository,
} from '../distribution/index.ts';
import type { Guard, RouteRecord } from '../http/index.ts';
import { allReadable, moveProfile, removeProfile } from '../hub/index.ts';
import type { Clock, Logger } from '../kernel/index.ts';
import { noAuditTrail, type RestTables, restRoutes } from '../rest/index.ts';
import { composeHub, type HubParts } from './compose-hub.ts';
import type { Settings } from './configuration/index.ts';
import { followRenames } from './follow-renames.ts';
import { tablesOf } from './migrations.ts';
import { type OpenAccounts, openAccounts } from './open-accounts.ts';
import { openAudit } from './open-audit.ts';
import type { Storage } from './storage.ts';
import { ladingVersion } from './version.ts';

export interface Parts extends AsyncDisposable {
  readonly guard: Guard;
  readonly routes: readonly RouteRecord[];
  readonly uploads: Distribution['uploads'];
}

/** Everything between the storage and the listener. `guard` undefined: accounts decide. */
export async function composeParts(options: {
  storage: Storage;
  settings: Settings;
  guard: Guard | undefined;
  /** Told after each commit that recorded tree changes. */
  onTreeChange: () => void;
  clock: Clock;
  log: Logger;
}): Promise<Parts> {
  const { storage, settings, onTreeChange, clock, log } = options;
  const { blobs, db } = storage;
  await using started = new AsyncDisposableStack();
  // Where nobody has a name, there is nobody to write down.
  const isOpen = options.guard !== undefined && settings.auth.kind === 'none';
  const auditing = isOpen ? undefined : started.use(openAudit({ storage, settings, clock, log }));
  const audit = auditing?.log ?? noAuditTrail;

  let hub: HubParts | undefined;
  const accounts = options.guard
    ? undefined
    : started.use(
        await openAccounts({
          db,
          settings: settings.accounts,
          prefix: settings.http.prefix,
          audit,
          mover: createMover(onTreeChange),
          onEvents: () => hub?.distribution.onEvents?.(),
          clock,
          log,
        }),
      );
  hub = started.use(
    await composeHub({
      distribution: { blobs, db, clock, log, onTreeChange, ...(accounts ? { hooks: accounts.hooks } : {}) },
      access: accounts?.repositoryAccess ?? allReadable,
      audit,
      switches: settings,
      apiLogins: accounts?.apiLogins,
      subscribers: auditing?.subscribers ?? [],
    }),
  );
  const distribution = createDistribution(hub.distribution, settings);
  const registry = [
    ...(accounts ? followRenames(distribution.routes, accounts.resolveRepositoryName) : distribution.routes),
    ...(accounts?.tokenRoutes ?? []),
  ];
  const beside = [...hub.routes, ...(accounts?.routes ?? []), ...(auditing?.routes ?? [])];
  // Below what answers a repeated create again: nothing happens then that would have to be written down.
  const watched = (routes: readonly RouteRecord[]) => auditing?.watch(routes) ?? routes;
  const tables = tablesOf<RestTables>(db);
  const rest = restRoutes({ routes: watched(beside), version: ladingVersion, db: tables, clock, log });
  const running = started.move();
  const guard = options.guard ?? guardOf(accounts);
  return {
    guard: auditing?.watchGuard(guard) ?? guard,
    routes: [...watched(registry), ...rest],
    uploads: distribution.uploads,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function guardOf(accounts: OpenAccounts | undefined): Guard {
  if (!accounts) throw new Error('There is no guard.');
  return accounts.guard;
}

/** What others keep of the repositories that access moves and removes: the same transaction, other tables. */
function createMover(onMoved: () => void): RepositoryMover {
  type Trx = Parameters<typeof renameRepository>[0];
  const seen = (trx: AccessTransaction) => trx as unknown as Trx;
  const ofHub = (trx: AccessTransaction) => trx as unknown as Parameters<typeof moveProfile>[0];
  return {
    exists: async (trx, name) => (await findRepositoryId(seen(trx), name)) !== undefined,
    existsBelow: (trx, namespace) => hasRepositoryBelow(seen(trx), namespace),
    async rename(trx, from, to) {
      if (!(await renameRepository(seen(trx), from, to))) return false;
      await moveProfile(ofHub(trx), from, to);
      return true;
    },
    async remove(trx, name) {
      await removeProfile(ofHub(trx), name);
      return removeRepository(seen(trx), name);
    },
    onMoved,
  };
}
