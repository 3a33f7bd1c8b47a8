import { crc32 } from 'node:zlib';
import type { Explanation } from '../../api/index.ts';
import type { Actor } from '../../http/index.ts';
import { namespaceOf, parseRepositoryName } from '../../oci/index.ts';
import { problem } from '../../rest/index.ts';
import type { Account } from '../accounts.ts';
import type { AccessContext } from '../context.ts';
import type { Denial, Resource } from '../decision.ts';
import { findRepository } from '../store/repositories.ts';
import { remediesFor } from './remedies.ts';
import { allowedSentence, deniedSentence } from './sentence.ts';

export interface Question {
  /** Who wants to know. */
  readonly asker: Actor;
  /** About whom, by name; undefined for anybody. */
  readonly about: string | undefined;
  readonly action: string;
  /** `TYPE:NAME`. */
  readonly resource: string;
}

/**
 * Which rule allows or denies, and what would have to change. Administrators are told everything, also about others; owners
 * of the namespace what its rules give to others, and not which other accounts there are: anybody can own one. About
 * themselves all others hear of what they may not see no more than that. Throws `Problem` denied.
 */
export async function explainAccess(
  context: Pick<AccessContext, 'authorizer' | 'accounts' | 'db'>,
  question: Question,
): Promise<Explanation> {
  const { asker, about, action } = question;
  const { authorizer } = context;
  const resource = parseResource(question.resource);
  const administers = await authorizer.may(asker, {
    type: 'system',
    name: 'registry',
    actions: ['administer'],
  });
  const knowsAll = administers || (await isOwner(context, asker, resource));
  const isAboutOther = about !== undefined && about !== asker.name;
  if (isAboutOther && !knowsAll) {
    throw problem('denied', 'You may ask about yourself. Owners of the namespace may ask about others.');
  }
  const account = isAboutOther ? await findAccount(context, about) : undefined;
  if (isAboutOther && !account && administers) {
    throw problem('not-found', `There is no user and no robot ${about}.`);
  }
  const self = about === undefined ? undefined : asker;
  const actor = isAboutOther ? toActor(about, account, { isToldAll: administers }) : self;
  const asked = { who: about, action, resource, isOwnersQuestion: isAboutOther && !administers };
  const facts = { actor: about ?? null, action, resource: question.resource };

  const decision = await authorizer.authorize(actor, action, resource);
  // What anybody may tells nothing of whom it is asked about.
  const countsDisabled = administers || (decision.allowed && decision.because.kind !== 'public');
  if (decision.allowed && !(account?.isDisabled && countsDisabled)) {
    const { because } = decision;
    return {
      ...facts,
      allowed: true,
      sentence: allowedSentence(asked, because),
      rule: because,
      would_change: [],
    };
  }
  const found = decision.allowed ? 'disabled' : decision.because;
  // That a namespace is not there is as secret as that a private repository is.
  const denial: Denial | 'disabled' = found === 'no-namespace' && !knowsAll ? 'no-rule' : found;
  const row =
    knowsAll && resource.type === 'repository'
      ? await findRepository(context.db.reads, resource.name)
      : undefined;
  return {
    ...facts,
    allowed: false,
    sentence: deniedSentence(asked, denial),
    denial,
    would_change: remediesFor(asked, denial, { visibility: row?.visibility }),
  };
}

async function isOwner(
  { authorizer }: Pick<AccessContext, 'authorizer'>,
  asker: Actor,
  { type, name }: Resource,
): Promise<boolean> {
  const namespace = type === 'repository' ? namespaceOf(name) : type === 'namespace' ? name : undefined;
  if (namespace === undefined) return false;
  return authorizer.may(asker, { type: 'namespace', name: namespace, actions: ['administer'] });
}

async function findAccount({ accounts }: Pick<AccessContext, 'accounts'>, name: string) {
  const account = await accounts.find(name);
  return account?.kind === 'organisation' ? undefined : account;
}

/** Where not all is told, who administers the registry and who is not there count as anybody whom no rule names. */
function toActor(name: string, account: Account | undefined, { isToldAll }: { isToldAll: boolean }): Actor {
  return {
    kind: account?.kind === 'robot' ? 'robot' : 'user',
    name,
    // An id that no account has, and each name its own: what is remembered of it is found as fast as of one that has.
    accountId: account?.id ?? -1 - crc32(name),
    isAdministrator: isToldAll && account?.isAdministrator === true,
    credential: { kind: 'password', id: undefined, scope: undefined },
  };
}

function parseResource(text: string): Resource {
  const colon = text.indexOf(':');
  const type = text.slice(0, colon) as Resource['type'];
  const name = text.slice(colon + 1);
  return { type, name: type === 'repository' ? parseRepositoryName(name) : name };
}
