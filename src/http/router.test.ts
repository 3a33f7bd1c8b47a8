import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OciError } from '../oci/index.ts';
import type { RouteRecord } from './route.ts';
import { createRouter } from './router.ts';

const route = (name: string, method: RouteRecord['method'], path: string): RouteRecord => ({
  name,
  method,
  path,
  access: () => 'public',
  handle: async () => ({ status: 200 }),
});

const router = createRouter([
  route('base', 'GET', '/v2/'),
  route('blob', 'GET', '/v2/{name+}/blobs/{digest}'),
  route('upload', 'PATCH', '/v2/{name+}/blobs/uploads/{id}'),
  route('start', 'POST', '/v2/{name+}/blobs/uploads/'),
  route('manifest', 'GET', '/v2/{name+}/manifests/{reference}'),
  route('tags', 'GET', '/v2/{name+}/tags/list'),
  route('catalog', 'GET', '/v2/_catalog'),
]);

for (const [line, name, params] of [
  ['GET /v2/', 'base', {}],
  ['HEAD /v2/', 'base', {}],
  ['GET /v2/_catalog', 'catalog', {}],
  ['GET /v2/a/manifests/b', 'manifest', { name: 'a', reference: 'b' }],
  ['GET /v2/a/b/c/manifests/d', 'manifest', { name: 'a/b/c', reference: 'd' }],
  ['GET /v2/manifests/manifests/manifests', 'manifest', { name: 'manifests', reference: 'manifests' }],
  ['GET /v2/tags/list/tags/list', 'tags', { name: 'tags/list' }],
  ['GET /v2/a/manifests/tags/list', 'tags', { name: 'a/manifests' }],
  ['GET /v2/a/tags/manifests/list', 'manifest', { name: 'a/tags', reference: 'list' }],
  ['PATCH /v2/a/blobs/uploads/x', 'upload', { name: 'a', id: 'x' }],
  ['PATCH /v2/blobs/uploads/blobs/uploads/x', 'upload', { name: 'blobs/uploads', id: 'x' }],
  ['GET /v2/a/blobs/uploads/blobs/x', 'blob', { name: 'a/blobs/uploads', digest: 'x' }],
  ['POST /v2/a/blobs/uploads/', 'start', { name: 'a' }],
  ['GET /v2/a%2Fb/manifests/%C3%BC', 'manifest', { name: 'a/b', reference: 'ü' }],
  ['GET /v2/a//b/manifests/c', 'manifest', { name: 'a//b', reference: 'c' }],
  ['GET /v2/../manifests/c', 'manifest', { name: '..', reference: 'c' }],
] as const) {
  test(`${line} → ${name} ${JSON.stringify(params)}`, () => {
    const [method = '', path = ''] = line.split(' ');
    const match = router.match(method, path);
    assert.equal(match?.route.name, name);
    assert.deepEqual(match?.params, params);
  });
}

for (const path of [
  '',
  '/',
  '/v2',
  '/v2/a',
  '/v2/a/manifests/',
  '/v2/manifests/x',
  '/v2/tags/list',
  '/v3/a/tags/list',
  'v2/',
]) {
  test(`${path} → nothing`, () => {
    assert.equal(router.match('GET', path), undefined);
  });
}

test('a path that exists for other methods → 405 that names them', () => {
  assert.throws(
    () => router.match('DELETE', '/v2/a/tags/list'),
    (error: unknown) =>
      error instanceof OciError && error.status === 405 && error.headers.Allow === 'GET, HEAD, OPTIONS',
  );
});

test('a broken percent-encoding → NAME_INVALID', () => {
  for (const path of ['/v2/%/manifests/a', '/v2/a/manifests/%FF', '/v2/a%2/manifests/b']) {
    assert.throws(() => router.match('GET', path), { code: 'NAME_INVALID' });
  }
});

test('two routes for one method and path are a mistake of ours', () => {
  assert.throws(() => createRouter([route('a', 'GET', '/x'), route('b', 'GET', '/x')]), /Two routes/);
});
