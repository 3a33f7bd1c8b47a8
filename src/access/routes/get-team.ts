import type { Kysely } from 'kysely';
import { problem } from '../../rest/index.ts';
import type { Account } from '../accounts.ts';
import type { AccessContext } from '../context.ts';
import { findTeam, type TeamRow } from '../store/teams.ts';
import type { AccessTables } from '../tables.ts';
import { getOrganisation } from './namespace.ts';

/** Throws `Problem` not-found. */
export async function getTeam(
  context: AccessContext,
  db: Kysely<AccessTables>,
  named: { organisation: string; team: string },
): Promise<{ organisation: Account; team: TeamRow }> {
  const organisation = await getOrganisation(context, named.organisation);
  const team = await findTeam(db, organisation.id, named.team);
  if (!team) throw problem('not-found', `${organisation.name} has no team ${named.team}.`);
  return { organisation, team };
}
