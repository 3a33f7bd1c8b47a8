import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { silentLogger } from '../kernel/index.ts';
import { OciError } from '../oci/index.ts';
import { type AnswerOptions, answer, createRouter, type RequestRecord, type RouteRecord } from './index.ts';

const good = { status: 200, body: Buffer.from('good') };
const admitted = { actor: undefined, may: async () => true };
const refuse = (): never => {
  throw new OciError('DENIED', 'Not you.');
};

/** What a client sees, what is recorded, and whether all was over when `answer` returned. */
async function ask(handle: RouteRecord['handle'], admit: AnswerOptions['guard']['admit']) {
  const records: RequestRecord[] = [];
  let wasOver = false;
  const route: RouteRecord = { name: 'test', method: 'GET', path: '/v2/', access: () => 'optional', handle };
  const options: AnswerOptions = {
    router: createRouter([route]),
    guard: { admit },
    clock: { now: () => 0 },
    log: silentLogger,
    headers: {},
    prefix: '/',
    externalUrl: undefined,
    onFinished: (record) => records.push(record),
    isDraining: () => false,
  };
  const server = createServer((request, response) => {
    const answered = answer(request, response, options);
    wasOver = !(answered instanceof Promise) && records.length === 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const seen = await fetch(`http://127.0.0.1:${port}/v2/`, { headers: { Connection: 'close' } });
    const text = await seen.text();
    const [record] = records;
    assert.equal(records.length, 1);
    assert.equal(record?.status, seen.status);
    assert.equal(record?.bytesOut, Buffer.byteLength(text));
    return { status: seen.status, text, wasOver };
  } finally {
    server.close();
  }
}

test('what needs no waiting is answered at once, and what does is answered the same later', async () => {
  const now = await ask(
    () => good,
    () => admitted,
  );
  assert.deepEqual(now, { status: 200, text: 'good', wasOver: true });
  const later = { ...now, wasOver: false };
  assert.deepEqual(
    await ask(
      async () => good,
      () => admitted,
    ),
    later,
  );
  assert.deepEqual(
    await ask(
      () => good,
      async () => admitted,
    ),
    later,
  );
});

test('a refusal by the guard or the handler is answered the same, now or later', async () => {
  const now = await ask(refuse, () => admitted);
  assert.equal(now.status, 403);
  assert.match(now.text, /"code":"DENIED"/);
  assert.ok(now.wasOver);
  for (const { status, text } of [
    await ask(
      async () => refuse(),
      () => admitted,
    ),
    await ask(() => good, refuse),
    await ask(
      () => good,
      async () => refuse(),
    ),
  ]) {
    assert.deepEqual({ status, text }, { status: now.status, text: now.text });
  }
});
