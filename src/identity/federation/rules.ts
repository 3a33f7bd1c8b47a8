import type { Kysely, Selectable } from 'kysely';
import type { TokenScope } from '../../http/index.ts';
import type { IdentityTables } from '../tables.ts';

export interface Rule {
  /** UUID. */
  readonly id: string;
  readonly organisation: string;
  readonly name: string;
  readonly issuer: string;
  readonly audience: string;
  readonly claims: Readonly<Record<string, string>>;
  /** All that it gives. */
  readonly gives: TokenScope;
  readonly tokenLifetimeMs: number;
  readonly createdAt: number;
}

/** Those of organisations that are not disabled. */
function selectRules(db: Kysely<IdentityTables>) {
  return db
    .selectFrom('federation_rule')
    .innerJoin('account', 'account.id', 'federation_rule.organisation_id')
    .selectAll('federation_rule')
    .select('account.name as organisation')
    .where('account.disabled_at', 'is', null);
}

function toRule(row: Selectable<IdentityTables['federation_rule']> & { organisation: string }): Rule {
  const { id, organisation, name, issuer, audience } = row;
  return {
    id,
    organisation,
    name,
    issuer,
    audience,
    claims: JSON.parse(row.claims),
    gives: { actions: JSON.parse(row.actions), repositories: JSON.parse(row.repositories) },
    tokenLifetimeMs: row.token_lifetime_ms,
    createdAt: row.created_at,
  };
}

export async function findRule(db: Kysely<IdentityTables>, id: string): Promise<Rule | undefined> {
  const row = await selectRules(db).where('federation_rule.id', '=', id).executeTakeFirst();
  return row && toRule(row);
}

/** Of these organisations, or of all (`undefined`), in the order of ids. */
export async function listRulesOfIssuer(
  db: Kysely<IdentityTables>,
  options: {
    readonly issuer: string;
    readonly organisations: readonly string[] | undefined;
    readonly limit: number;
  },
): Promise<Rule[]> {
  const { issuer, organisations, limit } = options;
  let query = selectRules(db).where('issuer', '=', issuer).orderBy('federation_rule.id').limit(limit);
  if (organisations) query = query.where('account.name', 'in', [...organisations]);
  return (await query.execute()).map(toRule);
}

export async function listRulesOf(db: Kysely<IdentityTables>, organisationId: number): Promise<Rule[]> {
  const rows = await selectRules(db)
    .where('organisation_id', '=', organisationId)
    .orderBy('federation_rule.name')
    .execute();
  return rows.map(toRule);
}

export async function insertRule(
  trx: Kysely<IdentityTables>,
  rule: Omit<Rule, 'organisation'> & {
    readonly organisationId: number;
    readonly createdBy: number | undefined;
  },
): Promise<void> {
  const { organisationId, claims, gives, tokenLifetimeMs, createdAt, createdBy, ...rest } = rule;
  await trx
    .insertInto('federation_rule')
    .values({
      ...rest,
      organisation_id: organisationId,
      claims: JSON.stringify(claims),
      actions: JSON.stringify(gives.actions),
      repositories: JSON.stringify(gives.repositories),
      token_lifetime_ms: tokenLifetimeMs,
      created_at: createdAt,
      created_by: createdBy ?? null,
    })
    .execute();
}

export async function deleteRule(trx: Kysely<IdentityTables>, id: string): Promise<void> {
  await trx.deleteFrom('federation_rule').where('id', '=', id).execute();
}
