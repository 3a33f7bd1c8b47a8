import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TOTP } from 'otpauth';
import {
  ACCOUNT_PASSWORD,
  type AccountsServer,
  basicOf,
  buildImage,
  startAccountsServer,
} from '../../testing/index.ts';

type Json = Record<string, unknown>;

async function push(server: AccountsServer, repository: string, tag: string, seed = 1): Promise<void> {
  const { blobs, manifest } = buildImage({ seed });
  const headers = { Authorization: server.root };
  for (const { bytes, digest } of blobs) {
    const started = await server.raw(`POST /v2/${repository}/blobs/uploads/`, { headers });
    const location = `${started.header('location')}?digest=${digest}`;
    assert.equal((await server.raw(`PUT ${location}`, { headers, body: bytes })).status, 201);
  }
  const put = await server.raw(`PUT /v2/${repository}/manifests/${tag}`, {
    headers: { ...headers, 'Content-Type': manifest.mediaType },
    body: manifest.content,
  });
  assert.equal(put.status, 201, put.body.toString());
}

/** Users ann and bob; ann/open is public, ann/shut and ann/deep/er private, nginx is official and public. */
async function start() {
  const server = await startAccountsServer();
  const ann = await server.addUser('ann');
  const bob = await server.addUser('bob');
  for (const name of ['ann/open', 'ann/shut', 'ann/deep/er', 'nginx']) {
    const visibility = name === 'ann/open' || name === 'nginx' ? 'public' : 'private';
    await server.must('POST /api/v1/repositories', { as: server.root, body: { name, visibility } });
    await push(server, name, 'v1');
  }
  const found = async (): Promise<number> => {
    const page = await server.must('GET /v2/search/repositories/?query=', { as: server.root });
    return Number(page.count);
  };
  // However often that is asked, the limit on requests fills up as fast.
  while ((await found()) < 4) server.clock.advance(20);
  return { server, ann, bob };
}

async function logIn(server: AccountsServer, name: string, password = ACCOUNT_PASSWORD): Promise<string> {
  const answer = await server.must('POST /v2/users/login', { body: { username: name, password } });
  return String(answer.token);
}

describe('Docker Hub’s API', () => {
  it('logs in with a token of its own that ends with the password, in both ways and schemes', async () => {
    const { server, ann } = await start();
    await using _ = server;
    const token = await logIn(server, 'ann');
    assert.notEqual(token, ACCOUNT_PASSWORD);
    const { access_token } = await server.must('POST /v2/auth/token/', {
      body: { identifier: 'ann', secret: ACCOUNT_PASSWORD },
    });
    const secret = ann.slice(ann.indexOf(' ') + 1);
    const ofToken = await server.must('POST /v2/auth/token', { body: { identifier: 'ann', secret } });
    assert.notEqual(ofToken.access_token, secret, 'what was shown is not handed back');
    for (const as of [
      `Bearer ${token}`,
      `JWT ${token}`,
      `JWT ${access_token}`,
      `Bearer ${ofToken.access_token}`,
    ]) {
      const shut = await server.must('GET /v2/repositories/ann/shut/', { as });
      assert.equal(shut.is_private, true);
    }
    const registry = await server.raw('GET /v2/ann/shut/manifests/v1', {
      headers: { Authorization: `Bearer ${token}` },
    });
    assert.equal(registry.status, 401, 'it opens no registry');
    const ofRegistry = await server.must('GET /token?service=lading&scope=repository:ann/shut:pull', {
      as: basicOf('ann'),
    });
    const api = await server.api('GET /v2/repositories/ann/shut', { as: `Bearer ${ofRegistry.token}` });
    assert.equal(api.status, 401, 'a token of the registry opens no API');
    const changed = { current_password: ACCOUNT_PASSWORD, new_password: `${ACCOUNT_PASSWORD} 2` };
    server.clock.advance(1000);
    await server.must('PUT /api/v1/users/ann/password', { as: basicOf('ann'), body: changed });
    const after = await server.api('GET /v2/repositories/ann/shut/', { as: `Bearer ${token}` });
    assert.equal(after.status, 401);
  });

  it('refuses wrong credentials in its own words', async () => {
    const { server } = await start();
    await using _ = server;
    for (const body of [
      { username: 'ann', password: 'wrong' },
      { username: 'nobody', password: 'wrong' },
    ]) {
      const answer = await server.api('POST /v2/users/login/', { body });
      assert.equal(answer.status, 401);
      const said = answer.json() as Json;
      assert.deepEqual(Object.keys(said).sort(), ['detail', 'message']);
      assert.match(String(said.detail), /Incorrect authentication credentials/);
    }
    assert.equal((await server.api('POST /v2/users/login', { body: { username: 'ann' } })).status, 400);
    const worthless = await server.api('GET /v2/repositories/ann/open/', { as: 'JWT a.b.c' });
    assert.equal(worthless.status, 401);
    assert.deepEqual(Object.keys(worthless.json() as Json).sort(), ['detail', 'message']);
  });

  it('takes an access token, not the password, of who has a second factor', async () => {
    const { server, bob } = await start();
    await using _ = server;
    const body = { username: 'bob', password: ACCOUNT_PASSWORD };
    const as = basicOf('bob');
    const path = '/api/v1/users/bob/two-factor';
    const begun = await server.must(`POST ${path}`, { as, body: { password: ACCOUNT_PASSWORD } });
    const code = new TOTP({ secret: String(begun.secret) }).generate({ timestamp: server.clock.now() });
    await server.must(`POST ${path}/confirmation`, { as, body: { code } });
    const refused = await server.api('POST /v2/users/login', { body });
    assert.equal(refused.status, 401);
    assert.match(String((refused.json() as Json).detail), /access token as the password/);
    const token = await logIn(server, 'bob', bob.slice('Bearer '.length));
    const me = await server.must('GET /v2/repositories/ann/open', { as: `Bearer ${token}` });
    assert.equal(me.name, 'open');
  });

  it('answers 404 for what may not be seen, as for what is not there', async () => {
    const { server, bob } = await start();
    await using _ = server;
    for (const as of [undefined, bob]) {
      const missing = (await server.api('GET /v2/repositories/ann/missing/', { as })).body.toString();
      for (const path of [
        '/v2/repositories/ann/shut',
        '/v2/repositories/ann/shut/',
        '/v2/namespaces/ann/repositories/shut',
        '/v2/repositories/ann/shut/tags',
        '/v2/repositories/ann/shut/tags/v1/',
        '/v2/namespaces/ann/repositories/shut/tags/v1',
        '/v2/repositories/ann/deep/er/tags/',
        '/v2/repositories/library/ann/open/',
      ]) {
        const answer = await server.api(`GET ${path}`, { as });
        assert.equal(answer.status, 404, `${path} ${answer.body}`);
        assert.equal(answer.body.toString(), missing);
        assert.equal(
          (await server.raw(`HEAD ${path}`, as ? { headers: { Authorization: as } } : {})).status,
          404,
        );
      }
    }
    const page = await server.must('GET /v2/repositories/ann/', { as: bob });
    assert.equal(page.count, 1);
    const patched = await server.api('PATCH /v2/repositories/ann/shut/', {
      as: bob,
      body: { description: 'x' },
    });
    assert.equal(patched.status, 404);
    const open = await server.api('PATCH /v2/repositories/ann/open/', {
      as: bob,
      body: { description: 'x' },
    });
    assert.equal(open.status, 403);
    for (const path of [
      '/api/v1/repositories/ann/shut/tags',
      '/api/v1/repositories/ann/shut/tags/v1',
      '/api/v1/repositories/ann/shut/manifests/v1',
      '/api/v1/repositories/ann/shut/storage',
      `/api/v1/repositories/ann/shut/referrers/${buildImage().manifest.digest}`,
      '/api/v1/namespaces/ann/storage',
    ]) {
      assert.equal((await server.api(`GET ${path}`, { as: bob })).status, 404, path);
      assert.equal((await server.api(`GET ${path}`)).status, 401, path);
    }
    for (const path of ['tags/v1', `manifests/${buildImage().manifest.digest}`]) {
      const shut = await server.api(`DELETE /api/v1/repositories/ann/shut/${path}`, { as: bob });
      assert.equal(shut.status, 404, path);
      const refused = await server.api(`DELETE /api/v1/repositories/ann/open/${path}`, { as: bob });
      assert.equal(refused.status, 403, path);
    }
    assert.equal((await server.api('GET /api/v1/storage', { as: bob })).status, 403);
  });

  it('lists repositories and tags page by page, with absolute links', async () => {
    const { server, ann } = await start();
    await using _ = server;
    const names: unknown[] = [];
    let line = '/v2/namespaces/ann/repositories?page_size=2&ordering=name';
    for (;;) {
      const page = await server.must(`GET ${line}`, { as: ann });
      assert.equal(page.count, 3);
      names.push(...(page.results as Json[]).map(({ name }) => name));
      if (page.next === null) break;
      const next = new URL(String(page.next));
      assert.equal(next.host, `127.0.0.1:${server.port}`);
      line = `${next.pathname}${next.search}`;
    }
    assert.deepEqual(names, ['deep/er', 'open', 'shut']);
    const official = await server.must('GET /v2/repositories/library/');
    assert.deepEqual(
      (official.results as Json[]).map(({ name, namespace }) => [namespace, name]),
      [['library', 'nginx']],
    );
    for (const tag of ['v2', 'v3']) {
      server.clock.advance(1000);
      await push(server, 'nginx', tag);
    }
    const tags = await server.must(
      'GET /v2/repositories/library/nginx/tags?page_size=2&ordering=last_updated',
    );
    assert.deepEqual(
      (tags.results as Json[]).map(({ name }) => name),
      ['v3', 'v2'],
    );
    const rest = new URL(String(tags.next));
    const second = await server.must(`GET ${rest.pathname}${rest.search}`);
    assert.deepEqual(
      (second.results as Json[]).map(({ name }) => name),
      ['v1'],
    );
    assert.ok(String(second.previous).includes('page=1'));
    const many = await server.must('GET /v2/repositories/library/nginx/tags/?page_size=1000&page=x&name=v2');
    assert.equal(many.count, 1);
    const one = await server.must('GET /v2/repositories/library/nginx/tags/v1');
    const [image] = one.images as Json[];
    assert.equal(one.tag_status, 'active');
    assert.deepEqual([image?.os, image?.architecture, image?.variant], ['linux', 'amd64', null]);
    assert.ok(Array.isArray(image?.layers) && image.layers.length === 1);
    assert.equal(one.digest, buildImage().manifest.digest);
    assert.equal((await server.raw('HEAD /v2/repositories/library/nginx/tags/v1')).status, 200);
    assert.equal((await server.raw('HEAD /v2/repositories/library/nginx/tags/none')).status, 404);
  });

  it('describes a repository as CI does, and finds it', async () => {
    const { server } = await start();
    await using _ = server;
    const as = `JWT ${await logIn(server, 'ann')}`;
    const body = { full_description: '# App\n', description: 'An app', registry_type: 'x' };
    const answer = await server.must('PATCH /v2/repositories/ann/open/', { as, body });
    assert.equal(answer.full_description, '# App\n');
    assert.equal(answer.can_edit, true);
    assert.deepEqual(answer.permissions, { read: true, write: true, admin: true });
    const seen = await server.must('GET /v2/repositories/ann/open');
    assert.equal(seen.description, 'An app');
    assert.deepEqual(seen.permissions, { read: true, write: false, admin: false });
    for (const wrong of [{ description: 'x'.repeat(101) }, { full_description: 7 }, []]) {
      const refused = await server.api('PATCH /v2/repositories/ann/open', { as, body: wrong });
      assert.equal(refused.status, 400, JSON.stringify(wrong));
      assert.ok((refused.json() as Json).message);
    }
    const found = await server.must('GET /v2/search/repositories?query=open');
    assert.deepEqual(
      (found.results as Json[]).map(({ repo_name }) => repo_name),
      ['ann/open'],
    );
    const entries = (await server.must('GET /api/v1/audit', { as: server.root })).items as Json[];
    assert.ok(entries.some(({ action }) => action === 'repository.update'));
    assert.ok(!JSON.stringify(entries).includes(ACCOUNT_PASSWORD));
  });

  it('leaves the paths to the registry where there are no accounts', async () => {
    const { startHub } = await import('../testing/start-hub.ts');
    await using hub = await startHub();
    for (const line of [
      'GET /v2/repositories/a/b/',
      'POST /v2/users/login',
      'GET /v2/namespaces/a/repositories',
    ]) {
      assert.equal((await hub.api(line)).status, 404, line);
    }
  });
});
