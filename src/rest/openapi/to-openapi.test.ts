import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { z } from 'zod';
import * as api from '../../api/index.ts';
import { toOpenApi } from './to-openapi.ts';

function isContract(value: unknown): value is api.ApiContract {
  return (
    typeof value === 'object' && value !== null && 'method' in value && 'path' in value && 'summary' in value
  );
}

/** Every contract that there is. */
const contracts = Object.values(api).filter(isContract);
const document = toOpenApi(contracts, '1.2.3');
const paths = document.paths as Record<string, Record<string, Operation>>;
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

interface Operation {
  operationId: string;
  parameters?: { name: string; in: string; required: boolean }[];
  requestBody?: unknown;
  responses: Record<string, { $ref?: string }>;
}

describe('the OpenAPI document', () => {
  it('is one by the official schema of OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    assert.equal(valid, true, JSON.stringify(errors, null, 1)?.slice(0, 2000));
  });

  it('would notice: a document with a fault is none', async () => {
    const { valid } = await new Validator().validate({ ...structuredClone(document), info: {} });
    assert.equal(valid, false);
  });

  it('has every contract once, under its own name', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    assert.deepEqual(ids.toSorted(), contracts.map(({ name }) => name).toSorted());
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(ids.length >= 5);
  });

  it('refers to nothing that is not there', () => {
    const targets = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
      (match) => match[1] ?? '',
    );
    assert.ok(targets.length > 0);
    for (const target of new Set(targets)) {
      const found = target
        .replace('#/', '')
        .split('/')
        .reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], document);
      assert.ok(found, target);
    }
  });

  it('names each parameter of a path, and every field of a query', () => {
    for (const { path, operation } of operations) {
      const inPath = operation.parameters?.filter((one) => one.in === 'path') ?? [];
      assert.deepEqual(
        inPath.map(({ name }) => name),
        [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]),
        path,
      );
      assert.ok(inPath.every(({ required }) => required));
    }
    for (const { name, query } of contracts) {
      const fields = query instanceof z.ZodObject ? Object.keys(query.shape) : [];
      const found = operations.find(({ operation }) => operation.operationId === name)?.operation;
      const named = found?.parameters?.filter((one) => one.in === 'query').map((one) => one.name) ?? [];
      assert.deepEqual(named, fields, name);
      // A query of another kind takes whatever comes: there is nothing to name.
      assert.ok(!query || query instanceof z.ZodObject || query instanceof z.ZodRecord, name);
    }
  });

  it('gives every list pages', () => {
    for (const { name, result, query } of contracts) {
      if (!(result instanceof z.ZodObject) || !('items' in result.shape)) continue;
      assert.ok('next' in result.shape, `${name}: next`);
      assert.ok(query instanceof z.ZodObject && 'cursor' in query.shape && 'limit' in query.shape, name);
    }
  });

  it('says If-Match of updates, Idempotency-Key of creates, and how each is refused', () => {
    for (const contract of contracts) {
      const found = operations.find(({ operation }) => operation.operationId === contract.name)?.operation;
      const headers = found?.parameters?.filter((one) => one.in === 'header').map(({ name }) => name) ?? [];
      const isUpdate = contract.method === 'PUT' || contract.method === 'PATCH';
      const isCreate = contract.method === 'POST' && contract.status === 201;
      const hasVersions = isUpdate && contract.versioned !== false;
      assert.equal(headers.includes('If-Match'), hasVersions, contract.name);
      assert.equal(headers.includes('Idempotency-Key'), isCreate, contract.name);
      assert.ok(found?.responses.default);
      assert.ok(found.responses['401'] && found.responses['429']);
      if (hasVersions) assert.ok(found.responses['412']);
      assert.equal(contract.body !== undefined, found.requestBody !== undefined);
    }
  });
});
