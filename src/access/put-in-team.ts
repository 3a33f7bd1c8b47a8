import type { AccessTransaction } from './accounts.ts';
import { findMember, putMember } from './store/members.ts';
import { findTeamMember, putTeamMember } from './store/teams.ts';

/** Who is in a team belongs to its organisation: with the role `member` when he had none. */
export async function putInTeam(
  trx: AccessTransaction,
  member: { organisationId: number; teamId: number; accountId: number; now: number },
): Promise<{ since: number }> {
  const { organisationId, teamId, accountId, now } = member;
  if (!(await findMember(trx, organisationId, accountId))) {
    await putMember(trx, organisationId, { accountId, role: 'member', since: now });
  }
  const known = await findTeamMember(trx, teamId, accountId);
  await putTeamMember(trx, teamId, { accountId, since: now });
  return known ?? { since: now };
}
