import { z } from 'zod';

/** What every refusal looks like: problem details (RFC 9457), `application/problem+json`. */
export const problemBodySchema = z
  .object({
    type: z.string().meta({ examples: ['urn:lading:problem:not-found'] }),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'Stable; docs/API.md lists all.', examples: ['not-found'] }),
    detail: z.string().meta({ description: 'A sentence for people: what to do next.' }),
    request_id: z.string().meta({ description: 'Under which the log of the registry knows the request.' }),
    fields: z
      .array(z.object({ pointer: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'What is wrong with which part of the input, by JSON Pointer.' }),
  })
  .meta({ id: 'Problem' });
