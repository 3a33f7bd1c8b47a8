import type { Actor } from '../../http/index.ts';
import type { FindTokenActor } from './token-actor.ts';

/** A personal or robot token as a bearer token claims nothing of its own: its account's rights within its scope. */
export type BearerTokenVerifier = (
  token: string,
  request: { readonly remoteAddress: string },
) => Promise<{ readonly actor: Actor; readonly claims: undefined } | undefined>;

export function createBearerTokenVerifier(findTokenActor: FindTokenActor): BearerTokenVerifier {
  return async (token, { remoteAddress }) => {
    const actor = await findTokenActor(token, remoteAddress);
    return actor && { actor, claims: undefined };
  };
}
