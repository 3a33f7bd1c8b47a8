import type { Denial, Resource, Rule } from '../decision.ts';

export interface Asked {
  /** Undefined for anybody. */
  readonly who: string | undefined;
  readonly action: string;
  readonly resource: Resource;
  /** An owner of the namespace asks about somebody else. */
  readonly isOwnersQuestion: boolean;
}

export function allowedSentence(asked: Asked, rule: Rule): string {
  const who = asked.who ?? 'Anybody';
  const what = whatOf(asked);
  switch (rule.kind) {
    case 'public':
      return `Anybody may ${what}: it is public.`;
    case 'everybody':
      return `${who} may ${what}: every user may.`;
    case 'administrator':
      return `${who} may ${what}: administrators may do everything.`;
    case 'self':
      return `${who} may ${what}: it is ${who}’s own.`;
    case 'workload':
      return `${who} may ${what}: a federation rule of ${rule.organisation} lets it.`;
    case 'membership':
      return `${who} may ${what}: as member of ${rule.organisation} with the role ${rule.role}.`;
    case 'grant': {
      const to = rule.team === undefined ? `to ${who}` : `to the team ${rule.team}, which ${who} is in`;
      return `${who} may ${what}: the role ${rule.role} on ${rule.pattern} was given ${to}.`;
    }
  }
}

export function deniedSentence(asked: Asked, denial: Denial | 'disabled'): string {
  const start = `${asked.who ?? 'Who is not logged in'} may not ${whatOf(asked)}`;
  switch (denial) {
    case 'no-rule':
      return asked.isOwnersQuestion
        ? `${start}: no rule here gives it. Administrators of the registry may everything, and are not named.`
        : `${start}: no rule gives it.`;
    case 'token-scope':
      return `${start} with this token: a rule gives it, but the token is limited to less.`;
    case 'no-namespace':
      return `${start}: there is no user and no organisation of that name.`;
    case 'official':
      return `${start}: repositories with a name of one part are the administrators’.`;
    case 'disabled':
      return `${start}: the account is disabled.`;
    case 'unknown':
      return `${start}: there is no action ${asked.action} on a ${asked.resource.type}.`;
  }
}

function whatOf({ action, resource: { type, name } }: Asked): string {
  switch (type) {
    case 'repository':
      return `${action} ${name}`;
    case 'registry':
      return action === '*' ? 'list all repositories' : `${action} here`;
    case 'system':
      return action === 'create-organisation' ? 'make an organisation' : `${action} the registry`;
    default:
      return `${action} ${type} ${name}`;
  }
}
