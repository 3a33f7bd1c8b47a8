import type { Database } from '../db/index.ts';
import type { RouteRecord } from '../http/index.ts';
import type { Clock, Logger } from '../kernel/index.ts';
import { type AccountDirectory, createAccountDirectory } from './accounts/account-directory.ts';
import { type Changes, createChanges } from './changes.ts';
import type { IdentityContext, IdentityPorts } from './identity-context.ts';
import { createPasswordLogins } from './logins/password-login.ts';
import type { PasswordHashes } from './passwords/compare-password.ts';
import { identityRoutes } from './routes/identity-routes.ts';
import type { IdentityTables } from './tables.ts';
import { createUsage } from './usage.ts';
import { type BasicVerifier, createBasicVerifier } from './verifiers/basic-verifier.ts';
import { type BearerTokenVerifier, createBearerTokenVerifier } from './verifiers/bearer-token-verifier.ts';
import { type ActorFinder, createActorFinder } from './verifiers/find-actor.ts';
import { createSessionVerifier, type SessionVerifier } from './verifiers/session-verifier.ts';
import { createTokenActors } from './verifiers/token-actor.ts';

/** Users, robots, and what they show. */
export interface Identity extends AsyncDisposable {
  readonly routes: readonly RouteRecord[];
  readonly accounts: AccountDirectory;
  /** For a guard: who shows what, decided anew for each request. */
  readonly basic: BasicVerifier;
  readonly bearer: BearerTokenVerifier;
  readonly session: SessionVerifier;
  /** For those who keep credentials of their own: who an account is now. */
  readonly findActor: ActorFinder;
  readonly changes: Changes;
  readonly context: IdentityContext;
  /** Writes down what was last used when. */
  close(): Promise<void>;
}

export function createIdentity(
  options: IdentityPorts & {
    readonly db: Database<IdentityTables>;
    readonly clock: Clock;
    readonly log: Logger;
    /** After each change of who is who: for those who remember something about it. */
    readonly onChange: () => Promise<void>;
    readonly hashes?: PasswordHashes;
  },
): Identity {
  const { db, clock, log, onChange, hashes, ...ports } = options;
  const { reads } = db;
  const changes = createChanges({ db, onChange });
  const usage = createUsage({ db, clock, log });
  const logins = createPasswordLogins({ db, clock, log, ...(hashes && { hashes }) });
  const findTokenActor = createTokenActors({ reads, clock, changes, usage });
  const context = { db, clock, changes, logins, ...ports };
  return {
    routes: identityRoutes(context),
    accounts: createAccountDirectory(reads),
    basic: createBasicVerifier({ logins, findTokenActor, usage }),
    bearer: createBearerTokenVerifier(findTokenActor),
    session: createSessionVerifier({ reads, clock, changes, usage }),
    findActor: createActorFinder({ reads, clock, changes }),
    changes,
    context,
    close: usage.close,
    [Symbol.asyncDispose]: usage.close,
  };
}
