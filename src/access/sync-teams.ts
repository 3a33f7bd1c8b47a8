import type { AccessTransaction, Accounts } from './accounts.ts';
import { putInTeam } from './put-in-team.ts';
import { findTeam, findTeamMember, removeTeamMember } from './store/teams.ts';
import { countChange } from './store/version.ts';

/**
 * Puts an account into teams or takes it out, in the transaction of whoever knows who belongs where (groups of a
 * provider). Teams that are not named stay as they are, and so does the membership of the organisation. Answers
 * `organisation/team` each. Invalidate the authorizer after the commit.
 */
export async function syncTeams(
  accounts: Accounts,
  trx: AccessTransaction,
  change: {
    readonly accountId: number;
    readonly teams: readonly {
      readonly organisation: string;
      readonly team: string;
      readonly isMember: boolean;
    }[];
    readonly now: number;
  },
): Promise<{ added: string[]; removed: string[]; unknown: string[] }> {
  const { accountId, teams, now } = change;
  const added: string[] = [];
  const removed: string[] = [];
  const unknown: string[] = [];
  for (const { organisation: name, team: teamName, isMember } of teams) {
    const text = `${name}/${teamName}`;
    const organisation = await accounts.findIn(trx, name);
    const team =
      organisation?.kind === 'organisation' ? await findTeam(trx, organisation.id, teamName) : undefined;
    if (!organisation || !team) {
      unknown.push(text);
    } else if (!isMember) {
      if (await removeTeamMember(trx, team.id, accountId)) removed.push(text);
    } else if (!(await findTeamMember(trx, team.id, accountId))) {
      await putInTeam(trx, { organisationId: organisation.id, teamId: team.id, accountId, now });
      added.push(text);
    }
  }
  if (added.length + removed.length > 0) await countChange(trx);
  return { added, removed, unknown };
}
