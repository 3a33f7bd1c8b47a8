import type { Database } from '../../../db/index.ts';
import { openSqlite } from '../../../db/index.ts';
import type { Actor } from '../../../http/index.ts';
import type { RateLimit } from '../../../rest/index.ts';
import {
  createCapturingLogger,
  createFakeClock,
  type FakeClock,
  temporaryFolder,
} from '../../../testing/index.ts';
import { type OpenTokenService, openTokenService, type TokenServiceSettings } from '../open-token-service.ts';
import type { Holder } from '../ports.ts';
import { type TokenServiceTables, tokenServiceMigrations } from '../tables.ts';

const settings: TokenServiceSettings = {
  service: 'lading',
  issuer: 'lading',
  tokenLifetimeMs: 300_000,
};

/** A user who knows one password and has one access token; what a test changes counts at once. */
export interface FakeAccount {
  readonly id: number;
  readonly name: string;
  password: string;
  passwordChangedAt: number;
  isDisabled: boolean;
  /** Secret → id. */
  readonly accessTokens: Map<string, string>;
}

export interface TestTokenService extends OpenTokenService, AsyncDisposable {
  readonly db: Database<TokenServiceTables>;
  readonly clock: FakeClock;
  readonly ann: FakeAccount;
  /** What anybody and ann may do: name → actions. */
  readonly publicRights: Map<string, readonly string[]>;
  readonly rights: Map<string, readonly string[]>;
  /** Whatever was asked of the authenticator. */
  readonly attempts: string[];
  /** The same database as another process, or a later one, sees it. */
  openAgain(changed?: Partial<TokenServiceSettings>): Promise<OpenTokenService>;
}

/** The token service over real SQLite, with one user and rights that are a map. */
export async function startTokenService(limit?: RateLimit): Promise<TestTokenService> {
  await using started = new AsyncDisposableStack();
  const folder = started.use(await temporaryFolder());
  const clock = createFakeClock();
  const log = createCapturingLogger();
  const db = started.use(
    await openSqlite<TokenServiceTables>({ file: `${folder.path}/t.db`, migrations: tokenServiceMigrations }),
  );
  const ann: FakeAccount = {
    id: 7,
    name: 'ann',
    password: 'secret',
    passwordChangedAt: clock.now(),
    isDisabled: false,
    accessTokens: new Map([['lading_pat_x', 'pat-1']]),
  };
  const publicRights = new Map<string, readonly string[]>();
  const rights = new Map<string, readonly string[]>();
  const attempts: string[] = [];

  const actorOf = (credential: Actor['credential']): Actor => ({
    kind: 'user',
    name: ann.name,
    accountId: ann.id,
    isAdministrator: false,
    credential,
  });
  const findActor = async ({ accountId, credential, authenticatedAt }: Holder) => {
    if (accountId !== ann.id || ann.isDisabled) return undefined;
    const isGood =
      credential.kind === 'password'
        ? ann.passwordChangedAt <= authenticatedAt
        : [...ann.accessTokens.values()].includes(credential.id ?? '');
    return isGood ? actorOf({ ...credential, scope: undefined }) : undefined;
  };
  const open = (changed: Partial<TokenServiceSettings> = {}) =>
    openTokenService({
      db,
      clock,
      log,
      settings: { ...settings, ...changed },
      ...(limit && { limit }),
      holders: { findActor },
      exchanger: { admit: async () => undefined },
      authenticator: {
        findBasicCredentials(authorization) {
          const text = Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString();
          const colon = text.indexOf(':');
          return authorization.startsWith('Basic ') && colon > 0
            ? { user: text.slice(0, colon), password: text.slice(colon + 1) }
            : undefined;
        },
        async authenticate({ user, password }, { remoteAddress }) {
          attempts.push(`${user} from ${remoteAddress}`);
          if (user !== ann.name || ann.isDisabled) return undefined;
          const id = ann.accessTokens.get(password);
          if (id !== undefined) return actorOf({ kind: 'token', id, scope: undefined });
          if (password !== ann.password) return undefined;
          return actorOf({ kind: 'password', id: undefined, scope: undefined });
        },
      },
      granter: {
        async grantableActions(actor, { name, actions }) {
          const allowed = [...(publicRights.get(name) ?? []), ...(actor ? (rights.get(name) ?? []) : [])];
          const asked = actions.includes('*')
            ? [...new Set(['pull', 'push', 'delete', ...actions])]
            : actions;
          return asked.filter((action) => allowed.includes(action));
        },
      },
    });
  const service = await open();
  const running = started.move();
  return {
    ...service,
    db,
    clock,
    ann,
    publicRights,
    rights,
    attempts,
    openAgain: open,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
