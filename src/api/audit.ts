import { z } from 'zod';
import { defineContract } from './contract.ts';
import { pageOf, pageQuery } from './page.ts';

const filters = {
  actor: z.string().max(255).optional().meta({ description: 'Who did it: `alice`, `acme+ci`.' }),
  action: z.string().max(255).optional().meta({ description: '`manifest.pushed`, `user.create`…' }),
  resource: z.string().max(512).optional().meta({ description: 'On what: `acme/app`, `alice`.' }),
  namespace: z
    .string()
    .max(255)
    .optional()
    .meta({ description: 'Of one user or organisation: who has its `audit` right may then read.' }),
  outcome: z.enum(['done', 'refused']).optional(),
  since: z.iso.datetime({ offset: true }).optional().meta({ description: 'This time and later.' }),
  until: z.iso.datetime({ offset: true }).optional().meta({ description: 'Before this time.' }),
};

const auditEntrySchema = z
  .object({
    sequence: z.int().meta({ description: 'Its place in the log.' }),
    at: z.iso.datetime(),
    action: z.string(),
    outcome: z.enum(['done', 'refused']),
    actor: z.string().nullable().meta({ description: 'Null for anybody, and for the registry itself.' }),
    actor_kind: z.string().nullable(),
    credential_kind: z.string().nullable(),
    credential_id: z.string().nullable().meta({ description: 'Names the token or session.' }),
    remote_address: z.string(),
    request_id: z.string(),
    resource_type: z.string(),
    resource: z.string(),
    namespace: z.string().nullable(),
    before: z.unknown().optional().meta({ description: 'What changed, as it was. Secrets are masked.' }),
    after: z.unknown().optional().meta({ description: 'What changed, as it is. Secrets are masked.' }),
    reason: z.string().nullable().meta({ description: 'Of a refusal: why.' }),
    times: z.int().meta({ description: 'How many refusals of a few seconds this line stands for.' }),
    hash: z.string().meta({ description: 'SHA-256 of this line and of the hash before: the chain.' }),
  })
  .meta({ id: 'AuditEntry' });

export const listAudit = defineContract({
  name: 'audit.list',
  method: 'GET',
  path: '/api/v1/audit',
  summary: 'Who did what, the newest first',
  description:
    'For administrators; with `namespace`, also for those who have the `audit` right there. Holds every change and every refused write.',
  query: pageQuery.extend(filters),
  result: pageOf(auditEntrySchema),
});

export const exportAudit = defineContract({
  name: 'audit.export',
  method: 'GET',
  path: '/api/v1/audit/export',
  summary: 'The audit log as JSON lines, the oldest first',
  description: 'One `AuditEntry` a line. Ends early, with a cut connection, if it cannot be read to its end.',
  query: z.strictObject(filters),
  mediaType: 'application/x-ndjson',
});

export type AuditFilter = z.output<typeof exportAudit.query & {}>;
export type AuditEntryView = z.input<typeof auditEntrySchema>;
