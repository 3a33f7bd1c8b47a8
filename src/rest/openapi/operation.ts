import { type ApiContract, problemBodySchema, takesIfMatch } from '../../api/index.ts';
import type { JsonSchema, SchemaCollector } from './schema-collector.ts';

/** One contract as an OpenAPI operation. */
export function toOperation(contract: ApiContract, schemas: SchemaCollector): JsonSchema {
  const { name, method, path, summary, description, body } = contract;
  const parameters = [
    ...parametersOf(contract, 'path', schemas),
    ...parametersOf(contract, 'query', schemas),
    ...headerParameters(contract),
  ];
  return {
    operationId: name,
    tags: [path.split('/')[3] ?? 'api'],
    summary,
    ...(description !== undefined && { description }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: schemas.toJson(body, 'input') } },
      },
    }),
    responses: responsesOf(contract, schemas, method),
  };
}

function parametersOf(
  contract: ApiContract,
  where: 'path' | 'query',
  schemas: SchemaCollector,
): JsonSchema[] {
  const schema = where === 'path' ? contract.params : contract.query;
  const { properties = {}, required = [] } = (schema ? schemas.toJson(schema, 'input') : {}) as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  const inPath = [...contract.path.matchAll(/\{(\w+)\+?\}/g)].map((match) => match[1] ?? '');
  const names = where === 'path' ? inPath : Object.keys(properties);
  return names.map((name) => {
    const { description, ...rest } = properties[name] ?? { type: 'string' };
    const isLong = contract.path.includes(`{${name}+}`);
    const text = [description, isLong && 'May hold slashes, sent as they are.'].filter(Boolean).join(' ');
    return {
      name,
      in: where,
      required: where === 'path' || required.includes(name),
      ...(text !== '' && { description: text }),
      schema: rest,
    };
  });
}

function headerParameters(contract: ApiContract): JsonSchema[] {
  const { method, status } = contract;
  if (method === 'POST' && status === 201) {
    const description = 'A UUID. The same request with the same key within 24 hours gets the same answer.';
    const schema = { type: 'string', minLength: 16, maxLength: 255 };
    return [{ name: 'Idempotency-Key', in: 'header', required: false, description, schema }];
  }
  if (takesIfMatch(contract)) {
    const description = 'The `ETag` of what you saw: 412 if it was changed meanwhile.';
    return [{ name: 'If-Match', in: 'header', required: false, description, schema: { type: 'string' } }];
  }
  return [];
}

function responsesOf(contract: ApiContract, schemas: SchemaCollector, method: string): JsonSchema {
  const { status = 200, result, mediaType, params, query, body } = contract;
  const isCreate = method === 'POST' && status === 201;
  const isUpdate = method === 'PUT' || method === 'PATCH';
  const content = result
    ? { 'application/json': { schema: schemas.toJson(result, 'output') } }
    : mediaType !== undefined && { [mediaType.split(';')[0] ?? mediaType]: { schema: { type: 'string' } } };
  const problems = [
    (params || query || body) && 400,
    401,
    403,
    params && 404,
    (body || isUpdate || method === 'DELETE') && 409,
    takesIfMatch(contract) && 412,
    body && 413,
    body && 415,
    isCreate && 422,
    429,
  ].filter((one): one is number => typeof one === 'number');
  return {
    [status]: { description: status === 204 ? 'Done.' : 'Success.', ...(content && { content }) },
    ...Object.fromEntries(problems.map((one) => [one, { $ref: `#/components/responses/Problem${one}` }])),
    default: {
      description: 'Anything else.',
      content: { 'application/problem+json': { schema: schemas.toJson(problemBodySchema, 'output') } },
    },
  };
}
