import { type AuditEntryView, exportAudit, listAudit } from '../../api/index.ts';
import { apiCommand } from './api-command.ts';
import { type Columns, minute } from './columns.ts';
import { parseLimit, toTime } from './search.ts';

const DEFAULT_LIMIT = 50;

const filters = {
  actor: { value: 'name', help: 'who did it: alice, acme+ci' },
  action: { value: 'name', help: 'what was done: manifest.pushed, user.create' },
  resource: { value: 'name', help: 'on what: acme/app, alice' },
  namespace: { value: 'name', help: 'of one user or organisation' },
  outcome: { value: 'which', choices: ['done', 'refused'], help: 'only what was done, or only refusals' },
  since: { value: 'time', help: 'such as 2026-01-31 or 2026-01-31T12:00:00Z' },
  until: { value: 'time', help: 'before this time' },
} as const;

type Filters = Readonly<Record<keyof typeof filters, string | undefined>>;

function toQuery({ actor, action, resource, namespace, outcome, since, until }: Filters) {
  return {
    actor,
    action,
    resource,
    namespace,
    outcome: outcome as 'done' | 'refused' | undefined,
    since: since && toTime(since),
    until: until && toTime(until),
  };
}

const columns: Columns<AuditEntryView> = {
  AT: (entry) => minute(entry.at),
  WHO: (entry) => entry.actor ?? undefined,
  FROM: (entry) => entry.remote_address,
  ACTION: (entry) => entry.action,
  ON: (entry) => entry.resource,
  OUTCOME: (entry) => (entry.times > 1 ? `${entry.outcome} ${entry.times} times` : entry.outcome),
  REASON: (entry) => entry.reason ?? undefined,
};

/** Who did what, as a running registry tells it; `audit verify` looks at the data root instead. */
export const auditListCommand = apiCommand({
  name: 'list',
  description: 'who did what in a running registry, the newest first',
  options: { ...filters, limit: { value: 'n', help: `how many to show (default: ${DEFAULT_LIMIT})` } },
  examples: `  lading audit list --namespace acme --outcome refused
  lading audit list --actor acme+ci --since 2026-01-31`,
  run: ({ api, list }, _args, options) =>
    list((cursor) => api.call(listAudit, { query: { ...toQuery(options), cursor } }), {
      columns,
      empty: 'Nothing of the kind was done.',
      limit: parseLimit(options.limit, DEFAULT_LIMIT),
    }),
});

export const auditExportCommand = apiCommand({
  name: 'export',
  description: 'the audit log of a running registry as JSON lines, the oldest first',
  options: filters,
  examples: '  lading audit export --since 2026-01-01 > audit.jsonl',
  async run({ api, context }, _args, options) {
    const response = await api.open(exportAudit, { query: toQuery(options) });
    for await (const chunk of response.body ?? []) {
      if (!(await context.out.write(chunk))) return;
    }
  },
});
