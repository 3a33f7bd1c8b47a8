import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offerSetup } from '../setup/first-administrator.ts';
import { basic, PASSWORD, startIdentity } from '../suite/start-identity.ts';

test('the link that a new user gets leads to a page, whose script gives the secret to the API', async () => {
  await using scene = await startIdentity();
  const made = await scene.api('POST /api/v1/users', { as: basic('ada'), body: { name: 'carol' } });
  const { path } = (made.json() as { password_link: { path: string } }).password_link;
  const [page, secret] = path.split('#');
  const endpoint = await endpointOf(scene, page ?? '');
  assert.equal((await scene.api(`POST ${endpoint}`, { body: { secret, password: PASSWORD } })).status, 204);
  assert.equal((await scene.api('GET /api/v1/me', { as: basic('carol') })).status, 200);
});

test('the set-up page makes the first administrator, who can log in', async () => {
  await using scene = await startIdentity();
  await scene.db.transaction((trx) => trx.updateTable('user_profile').set({ is_administrator: 0 }).execute());
  const secret = await offerSetup(scene);
  const body = { secret, name: 'carol', password: PASSWORD };
  const made = await scene.api(`POST ${await endpointOf(scene, '/setup')}`, { body });
  assert.equal(made.status, 201, made.body.toString());
  assert.equal((await scene.api('GET /api/v1/me', { as: basic('carol') })).status, 200);
});

test('the pages run nothing but their own file, sit in no frame, and tell nobody where they are', async () => {
  await using scene = await startIdentity();
  for (const path of ['/setup', '/set-password']) {
    const page = await scene.api(`GET ${path}`);
    const policy = page.header('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'; script-src 'self'.*form-action 'none'; frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe|https?:|\*|data:/);
    assert.equal(page.header('referrer-policy'), 'no-referrer');
    assert.doesNotMatch(page.body.toString(), /<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|https?:/);
    const files = [...page.body.toString().matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file);
    assert.deepEqual(files, ['set-password/page.css', 'set-password/page.js']);
    for (const id of [...page.body.toString().matchAll(/<input id="(\w+)"/g)].map(([, name]) => name)) {
      assert.match(page.body.toString(), new RegExp(`<label for="${id}">`));
    }
  }
  const script = await scene.api('GET /set-password/page.js');
  assert.equal(script.header('content-type'), 'text/javascript; charset=utf-8');
  assert.doesNotMatch(
    script.body.toString(),
    /innerHTML|outerHTML|insertAdjacentHTML|eval\(|document\.write/,
  );
  assert.equal(
    (await scene.api('GET /set-password/page.css')).header('content-type'),
    'text/css; charset=utf-8',
  );
});

async function endpointOf(scene: Awaited<ReturnType<typeof startIdentity>>, path: string): Promise<string> {
  const page = await scene.api(`GET ${path}`);
  assert.equal(page.status, 200);
  assert.equal(page.header('content-type'), 'text/html; charset=utf-8');
  return `/${/data-endpoint="([^"]+)"/.exec(page.body.toString())?.[1]}`;
}
