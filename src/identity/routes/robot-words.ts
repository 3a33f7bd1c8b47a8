import type { Kysely } from 'kysely';
import type { z } from 'zod';
import type { robotSchema } from '../../api/index.ts';
import type { AccessRequirement } from '../../http/index.ts';
import { problem } from '../../rest/index.ts';
import type { Account } from '../accounts/account.ts';
import { findAccount } from '../accounts/find-account.ts';
import { findRobot, type Robot } from '../accounts/robots.ts';
import type { IdentityTables } from '../tables.ts';
import { toTime } from './api-words.ts';

export function manageRobots({ organisation }: { readonly organisation: string }): AccessRequirement {
  return { type: 'namespace', name: organisation, actions: ['robots'] };
}

/** Throws `Problem` not-found. */
export async function getOrganisationOf(db: Kysely<IdentityTables>, name: string): Promise<Account> {
  const account = await findAccount(db, name);
  if (account?.kind !== 'organisation') throw problem('not-found', `There is no organisation ${name}.`);
  return account;
}

/** Throws `Problem` not-found. */
export async function getRobotOf(
  db: Kysely<IdentityTables>,
  { organisation, robot }: { readonly organisation: string; readonly robot: string },
): Promise<Robot> {
  const found = await findRobot(db, `${organisation}+${robot}`);
  if (!found) throw problem('not-found', `${organisation} has no robot ${robot}.`);
  return found;
}

export function showRobot(robot: Robot): z.input<typeof robotSchema> {
  const { name, description, isDisabled, createdAt, lastSeenAt } = robot;
  return {
    name,
    description,
    disabled: isDisabled,
    created_at: toTime(createdAt),
    ...(lastSeenAt !== undefined && { last_seen_at: toTime(lastSeenAt) }),
  };
}
