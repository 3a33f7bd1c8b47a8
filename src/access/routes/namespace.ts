import type { AccessRequirement, Call } from '../../http/index.ts';
import { type AuditEntry, originOf, problem } from '../../rest/index.ts';
import type { Account } from '../accounts.ts';
import type { Trx } from '../change-access.ts';
import type { AccessContext } from '../context.ts';

/** A user or an organisation. Throws `Problem` not-found. */
export async function getNamespace(context: AccessContext, name: string): Promise<Account> {
  const account = await context.accounts.find(name);
  if (account && account.kind !== 'robot') return account;
  throw problem('not-found', `There is no user and no organisation ${name}.`);
}

/** Throws `Problem` not-found. */
export async function getOrganisation(context: AccessContext, name: string): Promise<Account> {
  const account = await context.accounts.find(name);
  if (account?.kind === 'organisation') return account;
  throw problem('not-found', `There is no organisation ${name}.`);
}

/** Throws `Problem` not-found. */
export async function getUser(context: AccessContext, name: string): Promise<Account> {
  const account = await context.accounts.find(name);
  if (account?.kind === 'user') return account;
  throw problem('not-found', `There is no user ${name}.`);
}

export function onOrganisation(action: string) {
  return ({ organisation }: { organisation: string }): AccessRequirement => onNamespace(action, organisation);
}

export function onNamespace(action: string, name: string): AccessRequirement {
  return { type: 'namespace', name, actions: [action] };
}

/** Writes down a change in a namespace, in its transaction. */
export function recordIn(
  context: AccessContext,
  trx: Trx,
  change: { call: Call; namespace: string } & Omit<AuditEntry, 'origin' | 'resource'> & {
      resource?: AuditEntry['resource'];
    },
): Promise<void> {
  const { call, namespace, resource, ...entry } = change;
  return context.audit.record(trx, {
    ...entry,
    origin: originOf(call),
    resource: { type: 'namespace', name: namespace, ...resource, namespace },
  });
}

export function toTime(at: number): string {
  return new Date(at).toISOString();
}

/** Accounts by their ids; one that is gone meanwhile is left out. */
export async function namesOf(context: AccessContext, ids: readonly number[]): Promise<Map<number, Account>> {
  if (ids.length === 0) return new Map();
  const accounts = await context.accounts.list([...new Set(ids)]);
  return new Map(accounts.map((account) => [account.id, account]));
}
