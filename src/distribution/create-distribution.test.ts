import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccessRequirement, RouteAccess } from '../http/index.ts';
import { OciError } from '../oci/index.ts';
import {
  ask,
  assertRefused,
  buildBlob,
  buildImage,
  pushImage,
  putManifest,
  someBytes,
  startTestServer,
  startUpload,
} from '../testing/index.ts';

const image = buildImage();
const { digest } = image.manifest;
const blob = image.blobs[1] ?? assert.fail();
const uuid = '00000000-0000-4000-8000-000000000000';

const reads = [
  'GET /v2/',
  'GET /v2/_catalog',
  'GET /v2/a/tags/list',
  'GET /v2/a/manifests/v1',
  `HEAD /v2/a/blobs/${blob.digest}`,
  `GET /v2/a/referrers/${digest}`,
];

test('deletes switched off → 405 for tags, manifests and blobs, which stay; an upload can still be cancelled', async () => {
  await using server = await startTestServer({ store: 'memory', deleteEnabled: false });
  await pushImage(server, 'a', image, 'v1');
  for (const target of ['manifests/v1', `manifests/${digest}`, `blobs/${blob.digest}`, 'manifests/unknown']) {
    assertRefused(await ask(server, `DELETE /v2/a/${target}`), 405, 'UNSUPPORTED');
  }
  for (const line of reads) assert.equal((await ask(server, line)).status, 200, line);
  assert.equal((await ask(server, `DELETE ${await startUpload(server, 'a')}`)).status, 204);
});

test('read-only → 405 for everything that changes something, and pulls work', async () => {
  await using server = await startTestServer({ store: 'memory', readOnly: true });
  for (const line of [
    'POST /v2/a/blobs/uploads/',
    `POST /v2/a/blobs/uploads/?mount=${digest}`,
    `PATCH /v2/a/blobs/uploads/${uuid}`,
    `PUT /v2/a/blobs/uploads/${uuid}?digest=${digest}`,
    `DELETE /v2/a/blobs/uploads/${uuid}`,
    `DELETE /v2/a/blobs/${digest}`,
    'DELETE /v2/a/manifests/v1',
  ]) {
    assertRefused(await ask(server, line), 405, 'UNSUPPORTED');
  }
  assertRefused(await putManifest(server, 'a', image.manifest, 'v1'), 405, 'UNSUPPORTED');
  assert.equal((await ask(server, 'GET /v2/')).status, 200);
  assert.deepEqual((await ask(server, 'GET /v2/_catalog')).json(), { repositories: [] });
});

const repository = (...actions: string[]): AccessRequirement => ({
  type: 'repository',
  name: 'team/a',
  actions,
});
const needs: [string, RouteAccess][] = [
  ['GET /v2/', 'authenticated'],
  ['GET /v2/_catalog', { type: 'registry', name: 'catalog', actions: ['*'] }],
  ['GET /v2/team/a/tags/list', repository('pull')],
  ['GET /v2/team/a/manifests/v1', repository('pull')],
  ['HEAD /v2/team/a/manifests/v1', repository('pull')],
  ['PUT /v2/team/a/manifests/v1', repository('pull', 'push')],
  ['DELETE /v2/team/a/manifests/v1', repository('delete')],
  [`GET /v2/team/a/blobs/${digest}`, repository('pull')],
  [`HEAD /v2/team/a/blobs/${digest}`, repository('pull')],
  [`DELETE /v2/team/a/blobs/${digest}`, repository('delete')],
  [`GET /v2/team/a/referrers/${digest}`, repository('pull')],
  ['POST /v2/team/a/blobs/uploads/', repository('pull', 'push')],
  ['POST /v2/team/a/blobs/uploads', repository('pull', 'push')],
  ['POST /v2/team%2Fa/blobs/uploads/', repository('pull', 'push')],
  [`GET /v2/team/a/blobs/uploads/${uuid}`, repository('pull', 'push')],
  [`PATCH /v2/team/a/blobs/uploads/${uuid}`, repository('pull', 'push')],
  [`PUT /v2/team/a/blobs/uploads/${uuid}`, repository('pull', 'push')],
  [`DELETE /v2/team/a/blobs/uploads/${uuid}`, repository('pull', 'push')],
];

test('every route asks for its access before anything else, and a refusal carries its one challenge', async () => {
  const asked: RouteAccess[] = [];
  const challenge = 'Basic realm="x"';
  const guard = {
    admit: async ({ access }: { access: RouteAccess }) => {
      asked.push(access);
      throw new OciError('UNAUTHORIZED', 'log in', { headers: { 'WWW-Authenticate': challenge } });
    },
  };
  await using server = await startTestServer({ store: 'memory', guard });
  for (const [line, access] of needs) {
    const answer = await ask(server, line);
    assert.equal(answer.status, 401, line);
    assert.equal(answer.count('www-authenticate'), 1);
    assert.equal(answer.header('www-authenticate'), challenge);
    if (!line.startsWith('HEAD')) assertRefused(answer, 401, 'UNAUTHORIZED');
    assert.deepEqual(asked.pop(), access, line);
  }
  assert.deepEqual(asked, []);
});

test('trouble of the store → 507 when full, 503 with Retry-After otherwise, and no internals', async () => {
  const { BlobError } = await import('../blob/index.ts');
  for (const [code, status] of [
    ['store-full', 507],
    ['store-unavailable', 503],
  ] as const) {
    const secret = '/srv/secret/path';
    await using server = await startTestServer({
      store: 'memory',
      wrapBlobs: (blobs) => ({
        ...blobs,
        createUpload: () => Promise.reject(new BlobError(code, secret)),
        finishUpload: () => Promise.reject(new BlobError(code, secret)),
      }),
    });
    const answer = await ask(server, 'POST /v2/a/blobs/uploads/');
    assertRefused(answer, status, 'UNAVAILABLE');
    assert.equal(answer.header('retry-after'), code === 'store-full' ? undefined : '5');
    assert.ok(!answer.body.includes(secret));
    assert.ok(server.log.entries.some(({ level }) => level === 'error'));
  }
});

test('a fault of ours → 500 with a request id that is in the log, and nothing of the fault', async () => {
  await using server = await startTestServer({
    store: 'memory',
    wrapBlobs: (blobs) => ({
      ...blobs,
      createUpload: () => Promise.reject(new TypeError('internal detail')),
    }),
  });
  const answer = await ask(server, 'POST /v2/a/blobs/uploads/');
  assertRefused(answer, 500, 'UNKNOWN');
  assert.ok(!answer.body.includes('internal detail'));
  const id = answer.header('x-request-id') ?? '-';
  assert.ok(answer.body.includes(id));
  assert.ok(server.log.entries.some(({ fields }) => (fields as { requestId?: string }).requestId === id));
});

test('a blob that ends before its size while it is sent → the connection is cut, never padded or ended', async () => {
  const large = buildBlob(someBytes(2_000_000));
  await using server = await startTestServer({
    store: 'memory',
    wrapBlobs: (blobs) => ({
      ...blobs,
      async open(wanted) {
        const opened = await blobs.open(wanted);
        return {
          ...opened,
          read: async (target, position) => (position > 500_000 ? 0 : opened.read(target, position)),
        };
      },
    }),
  });
  const { pushBlob } = await import('../testing/index.ts');
  await pushBlob(server, 'a', large);
  await assert.rejects(ask(server, `GET /v2/a/blobs/${large.digest}`), /aborted|socket hang up|ECONNRESET/);
  const record = await server.waitForRecord(({ route }) => route === 'blob.get');
  assert.equal(record.aborted, true);
});
