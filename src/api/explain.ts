import { z } from 'zod';
import { defineContract } from './contract.ts';

const remedySchema = z.object({
  kind: z.enum([
    'grant',
    'make-public',
    'log-in',
    'other-token',
    'make-namespace',
    'make-administrator',
    'none',
  ]),
  sentence: z.string(),
  namespace: z.string().optional(),
  role: z.string().optional().meta({ description: 'The least built-in role that would do.' }),
  pattern: z.string().optional(),
});

const explanationSchema = z
  .object({
    actor: z.string().nullable().meta({ description: 'Null for anybody.' }),
    action: z.string(),
    resource: z.string(),
    allowed: z.boolean(),
    sentence: z.string(),
    rule: z
      .object({
        kind: z.enum(['administrator', 'self', 'public', 'everybody', 'workload', 'membership', 'grant']),
        role: z.string().optional(),
        pattern: z.string().optional(),
        team: z.string().optional(),
        grant: z.uuid().optional(),
        organisation: z.string().optional(),
      })
      .optional()
      .meta({ description: 'What allows it.' }),
    denial: z
      .enum(['no-rule', 'token-scope', 'no-namespace', 'official', 'unknown', 'disabled'])
      .optional()
      .meta({ description: 'Why not.' }),
    would_change: z
      .array(remedySchema)
      .meta({ description: 'Each of these alone would turn the answer round.' }),
  })
  .meta({ id: 'Explanation' });

export type Explanation = z.input<typeof explanationSchema>;

export const explainAccess = defineContract({
  name: 'access.explain',
  method: 'GET',
  path: '/api/v1/access/explain',
  summary: 'Which rule allows or denies something, and what would have to change',
  description:
    'For oneself; about others for owners of the namespace and for administrators. Owners hear what rules of the namespace give: a name that nobody has is answered as one that has nothing there. About oneself it says no more of what one may not see than a refusal does.',
  query: z.strictObject({
    actor: z.string().max(128).optional().meta({ description: 'User or robot; left out: the caller.' }),
    anonymous: z.enum(['true']).optional().meta({ description: 'Ask about who is not logged in.' }),
    action: z.string().min(1).max(64).meta({ description: '`pull`, `push`, `delete`, `settings`…' }),
    resource: z
      .string()
      .max(300)
      .regex(/^(?:repository|namespace|account|registry|system):/, 'TYPE:NAME, such as repository:acme/app')
      .meta({ description: '`repository:acme/app`, `namespace:acme`, `registry:catalog`.' }),
  }),
  result: explanationSchema,
});
