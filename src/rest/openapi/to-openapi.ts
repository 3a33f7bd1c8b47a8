import { type ApiContract, PROBLEM_CODES, problemBodySchema } from '../../api/index.ts';
import { toOperation } from './operation.ts';
import { createSchemaCollector, type JsonSchema } from './schema-collector.ts';

const INTRODUCTION = `The API of a Lading registry, beside \`/v2/\` for images.

- Send JSON as \`application/json\`. Unknown fields are refused. Times are RFC 3339 in UTC.
- Lists come in pages: pass \`next\` as \`cursor\` for the page after. An empty parameter counts as left out.
- Refusals are problem details (RFC 9457) with a stable \`code\`.
- Answers carry an \`ETag\` where the thing can be changed; send it as \`If-Match\` to change only what you saw.
- Send an \`Idempotency-Key\` (a UUID) with a create to be able to repeat it.
- \`RateLimit-Remaining\` says how many more requests may come at once; after 429 wait \`Retry-After\` seconds.`;

/** The OpenAPI 3.1 document of all contracts: made of the schemas that check each request. */
export function toOpenApi(contracts: readonly ApiContract[], version: string): JsonSchema {
  const schemas = createSchemaCollector();
  const paths: Record<string, JsonSchema> = {};
  for (const contract of contracts) {
    // A parameter of several segments is one to OpenAPI, which has no word for it.
    const path = contract.path.replaceAll('+}', '}');
    paths[path] = { ...paths[path], [contract.method.toLowerCase()]: toOperation(contract, schemas) };
  }
  const problem = schemas.toJson(problemBodySchema, 'output');
  const tags = [...new Set(Object.values(paths).flatMap((path) => Object.values(path).flatMap(tagsOf)))];
  return {
    openapi: '3.1.0',
    info: {
      title: 'Lading',
      version,
      description: INTRODUCTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    // Relative to where the document is: right behind every proxy and prefix.
    servers: [{ url: '../..' }],
    security: [{ bearer: [] }, { basic: [] }, { session: [] }, {}],
    tags: tags.sort().map((name) => ({ name })),
    paths,
    components: {
      schemas: schemas.named,
      responses: Object.fromEntries(problemResponses(problem)),
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'An access token (`lading_pat_…`, `lading_rob_…`) or a token of the token service.',
        },
        basic: { type: 'http', scheme: 'basic', description: 'User name, and password or access token.' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-lading_session',
          description: 'Of a browser that logged in. Changes also need `X-CSRF-Token`.',
        },
      },
    },
  };
}

function tagsOf(operation: unknown): string[] {
  return (operation as { tags: string[] }).tags;
}

/** One response a status, with its codes. */
function problemResponses(schema: JsonSchema): [name: string, response: JsonSchema][] {
  const all = Object.entries(PROBLEM_CODES);
  const statuses = [...new Set(all.map(([, { status }]) => status))];
  return statuses.map((status) => {
    const codes = all.filter(([, one]) => one.status === status);
    const description = codes.map(([code, { meaning }]) => `\`${code}\`: ${meaning}`).join('\n\n');
    return [`Problem${status}`, { description, content: { 'application/problem+json': { schema } } }];
  });
}
