import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { decodeJwt, type JWTPayload, jwtVerify } from 'jose';
import type { Database } from '../../db/index.ts';
import type { Actor } from '../../http/index.ts';
import { type Clock, createExpiringCache, type Logger } from '../../kernel/index.ts';
import { OciError } from '../../oci/index.ts';
import type { AuditTrail } from '../../rest/index.ts';
import type { Changes } from '../changes.ts';
import { createFreshCache } from '../fresh-cache.ts';
import { createGuardedFetch } from '../oidc/guarded-fetch.ts';
import { OidcError } from '../oidc/oidc-error.ts';
import type { IdentityTables } from '../tables.ts';
import { claimMatches } from './claim-pattern.ts';
import { createIssuerKeys } from './issuer-keys.ts';
import { findRule, listRulesOfIssuer, type Rule } from './rules.ts';

const MAX_TOKEN_LENGTH = 16 * 1024;
const LEEWAY_SECONDS = 30;
/** Whoever finds a token in an old log: some issuers let theirs live for a year. */
const MAX_AGE_SECONDS = 24 * 60 * 60;
/** Of one issuer, looked through for who says only that he is somebody (`docker login`). */
const MAX_RULES = 5_000;
/** Some milliseconds of the event loop at most. */
const RULES_PER_TURN = 20;
/** Of the organisations that are asked for; more would not fit into a token. */
const MAX_MATCHES = 20;
const KNOWN_TOKENS_SIZE = 16 * 1024 * 1024;

/** Those with a public key: `none` and shared secrets are no proof of who signed. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

export interface AdmittedWorkload {
  readonly actor: Actor;
  /** The shortest of its rules. */
  readonly lifetimeMs: number;
}

/** Jobs and pods: who they are is what a token of their issuer says, what they may is what a rule gives. */
export interface Workloads {
  /** Whether these credentials are a workload's: the user `oidc` with a JWT as password. */
  isOffered(credentials: { readonly user: string; readonly password: string }): boolean;
  /**
   * What the organisations of `repositories` let the holder of a token do; with none named, one rule that lets it in.
   * Undefined when no rule does. Throws `OciError` UNAVAILABLE when the issuer's keys cannot be had.
   */
  admit(
    token: string,
    request: { readonly repositories: readonly string[]; readonly remoteAddress: string },
  ): Promise<AdmittedWorkload | undefined>;
  /** Who that is now; undefined once the rules are gone, or a token of ours is older than they let it be. */
  findActor(shown: {
    readonly credential: Pick<Actor['credential'], 'id'>;
    readonly authenticatedAt: number;
  }): Promise<Actor | undefined>;
}

export function createWorkloads(options: {
  readonly db: Database<IdentityTables>;
  readonly changes: Changes;
  /** Issuers that may be at private addresses. */
  readonly privateIssuers: readonly string[];
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly log: Logger;
}): Workloads {
  const { db, changes, privateIssuers, audit, clock, log } = options;
  const outside = createGuardedFetch({ allowsPrivate: false, allowsPlainLoopback: false });
  const inside = createGuardedFetch({ allowsPrivate: true, allowsPlainLoopback: true });
  const issuerKeys = createIssuerKeys({
    fetchFor: (issuer) => (privateIssuers.includes(issuer) ? inside : outside),
    clock,
  });
  const verified = createExpiringCache<JWTPayload>({ clock, maxSize: KNOWN_TOKENS_SIZE });
  const recorded = createExpiringCache<true>({ clock, maxSize: KNOWN_TOKENS_SIZE });
  const findFresh = createFreshCache({ clock, changes, read: (id: string) => findRule(db.reads, id) });

  return {
    isOffered: ({ user, password }) => user === 'oidc' && /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/.test(password),

    async admit(token, { repositories, remoteAddress }) {
      const issuer = token.length <= MAX_TOKEN_LENGTH ? issuerOf(token) : undefined;
      const organisations = [
        ...new Set(repositories.flatMap((name) => name.split('/').slice(0, -1).slice(0, 1))),
      ];
      const listRules = (of: string, limit: number) =>
        listRulesOfIssuer(db.reads, {
          issuer: of,
          organisations: repositories.length > 0 ? organisations : undefined,
          limit,
        });
      // Before anything is fetched: only who is trusted by somebody is asked for keys. All rules are read only once the
      // signature is known to be good: anybody can write down an issuer.
      const isTrusted = issuer !== undefined && (await listRules(issuer, 1)).length > 0;
      const claims = isTrusted ? await verify(token, issuer) : undefined;
      const rules = claims && issuer !== undefined ? await listRules(issuer, MAX_RULES) : [];
      const most = repositories.length > 0 ? MAX_MATCHES : 1;
      const chosen = claims ? await listFitting(rules, claims, most) : [];
      const origin = { remoteAddress, requestId: '' };
      const key = keyOf(token);
      if (!claims || chosen.length === 0) {
        const reason = claims ? 'no rule fits its claims' : 'no token of an issuer that a rule trusts';
        const resource = { type: 'workload', name: claims?.sub ?? '' };
        audit.refused({ action: 'workload.admit', origin, resource, reason });
        return undefined;
      }
      const actor = actorOf(chosen);
      const until = ((claims.exp ?? 0) + LEEWAY_SECONDS) * 1000;
      verified.set(key, claims, until);
      // Each organisation that was asked for reads of the token once. Where none was, any rule may have fit: whoever
      // makes one for another's jobs must not read of them, nor keep them out of the other's part of the log.
      const told = repositories.length > 0 ? new Set(chosen.map((rule) => rule.organisation)) : [undefined];
      for (const namespace of told) {
        const line = `${key} ${namespace ?? ''}`;
        if (recorded.get(line)) continue;
        recorded.set(line, true, until);
        const { kind, name, accountId, credential } = actor;
        await db.transaction((trx) =>
          audit.record(trx, {
            action: 'workload.admit',
            origin: { ...origin, actor: { kind, name, accountId, credential } },
            resource: { type: 'workload', name, namespace },
            after: { issuer, subject: claims.sub, jti: claims.jti },
          }),
        );
      }
      return { actor, lifetimeMs: Math.min(...chosen.map((rule) => rule.tokenLifetimeMs)) };
    },

    async findActor({ credential, authenticatedAt }) {
      const ids = (credential.id ?? '').split(',').slice(0, MAX_MATCHES);
      const rules = (await Promise.all(ids.map(findFresh))).filter((rule) => rule !== undefined);
      const age = clock.now() - authenticatedAt;
      const live = rules.filter((rule) => age < rule.tokenLifetimeMs);
      return live.length > 0 ? actorOf(live) : undefined;
    },
  };

  /** What a token says, if its issuer says it. Throws `OciError` UNAVAILABLE. */
  async function verify(token: string, issuer: string): Promise<JWTPayload | undefined> {
    const known = verified.get(keyOf(token));
    if (known) return known;
    let failure: unknown;
    try {
      const keys = issuerKeys.of(issuer);
      const { payload } = await jwtVerify(
        token,
        async (header, jws) => {
          try {
            return await keys(header, jws);
          } catch (error) {
            if (error instanceof OidcError) failure = error;
            throw error;
          }
        },
        {
          algorithms: ALGORITHMS,
          issuer,
          currentDate: new Date(clock.now()),
          clockTolerance: LEEWAY_SECONDS,
          maxTokenAge: MAX_AGE_SECONDS,
          requiredClaims: ['exp', 'iat', 'sub', 'aud'],
        },
      );
      return payload;
    } catch {
      if (failure === undefined) return undefined;
      log.warn({ err: failure, issuer }, 'the keys of an issuer could not be fetched');
      throw new OciError(
        'UNAVAILABLE',
        `The keys of ${issuer} cannot be fetched now. Try again in half a minute.`,
        {
          cause: failure,
        },
      );
    }
  }
}

/** The first `most` that fit. Others get their turn: the rules of an issuer are many organisations'. */
async function listFitting(rules: readonly Rule[], claims: JWTPayload, most: number): Promise<Rule[]> {
  const fitting: Rule[] = [];
  for (const [index, rule] of rules.entries()) {
    if (fits(rule, claims)) fitting.push(rule);
    if (fitting.length === most) break;
    if (index % RULES_PER_TURN === RULES_PER_TURN - 1) await setImmediate();
  }
  return fitting;
}

function fits({ audience, claims: patterns }: Rule, claims: JWTPayload): boolean {
  const audiences = Array.isArray(claims.aud) ? claims.aud : [claims.aud];
  if (!audiences.includes(audience)) return false;
  const entries = Object.entries(patterns);
  return (
    entries.length > 0 &&
    entries.every(([name, pattern]) => Object.hasOwn(claims, name) && claimMatches(pattern, claims[name]))
  );
}

function actorOf(rules: readonly Rule[]): Actor {
  return {
    kind: 'workload',
    name: rules.map(({ organisation, name }) => `${organisation}/${name}`).join(','),
    accountId: undefined,
    isAdministrator: false,
    credential: { kind: 'workload', id: rules.map(({ id }) => id).join(','), scope: undefined },
    rights: rules.map(({ organisation, gives }) => ({ organisation, gives })),
  };
}

/** As it says itself: verified afterwards. */
function issuerOf(token: string): string | undefined {
  try {
    const { iss } = decodeJwt(token);
    return typeof iss === 'string' ? iss : undefined;
  } catch {
    return undefined;
  }
}

function keyOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
