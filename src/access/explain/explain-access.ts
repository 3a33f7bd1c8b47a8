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
 * Which rule allows or denies, and what would have to change. Owners of the namespace and administrators are told
 * everything, also about others; about themselves all others hear of what they may not see no more than that.
 * Throws `Problem` denied.
 */
export async function explainAccess(
  context: Pick<AccessContext, 'authorizer' | 'accounts' | 'db'>,
  question: Question,
): Promise<Explanation> {
  const { asker, about, action } = question;
  const { authorizer } = context;
  const resource = parseResource(question.resource);
  const knowsAll = await mayKnowAll(context, asker, resource);
  if (about !== undefined && about !== asker.name && !knowsAll) {
    throw problem('denied', 'You may ask about yourself. Owners of the namespace may ask about others.');
  }
  const account = about === undefined ? undefined : await getAccount(context, about);
  const actor = about === asker.name ? asker : account && toActor(account);
  const asked = { who: about, action, resource };
  const facts = { actor: about ?? null, action, resource: question.resource };

  const decision = await authorizer.authorize(actor, action, resource);
  if (decision.allowed && !account?.isDisabled) {
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

async function mayKnowAll(
  { authorizer }: Pick<AccessContext, 'authorizer'>,
  asker: Actor,
  { type, name }: Resource,
): Promise<boolean> {
  if (await authorizer.may(asker, { type: 'system', name: 'registry', actions: ['administer'] })) return true;
  const namespace = type === 'repository' ? namespaceOf(name) : type === 'namespace' ? name : undefined;
  if (namespace === undefined) return false;
  return authorizer.may(asker, { type: 'namespace', name: namespace, actions: ['administer'] });
}

/** Throws `Problem` not-found. */
async function getAccount({ accounts }: Pick<AccessContext, 'accounts'>, name: string): Promise<Account> {
  const account = await accounts.find(name);
  if (account && account.kind !== 'organisation') return account;
  throw problem('not-found', `There is no user and no robot ${name}.`);
}

function toActor({ kind, name, id, isAdministrator }: Account): Actor {
  return {
    kind: kind === 'robot' ? 'robot' : 'user',
    name,
    accountId: id,
    isAdministrator,
    credential: { kind: 'password', id: undefined, scope: undefined },
  };
}

function parseResource(text: string): Resource {
  const colon = text.indexOf(':');
  const type = text.slice(0, colon) as Resource['type'];
  const name = text.slice(colon + 1);
  return { type, name: type === 'repository' ? parseRepositoryName(name) : name };
}
