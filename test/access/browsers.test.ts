import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ACCOUNT_PASSWORD, type AccountsServer, startAccountsServer } from '../../src/testing/index.ts';

let server: AccountsServer;
let ann: string;
before(async () => {
  server = await startAccountsServer();
  ann = await server.addUser('ann');
});
after(() => server[Symbol.asyncDispose]());

const home = () => `http://127.0.0.1:${server.port}`;

async function logIn(headers: Record<string, string> = {}) {
  const body = { name: 'ann', password: ACCOUNT_PASSWORD };
  const answer = await server.api('POST /api/v1/session', { body, headers });
  assert.equal(answer.status, 201, answer.body.toString());
  const cookies = answer.header('set-cookie') ?? '';
  const cookie = /lading_session=\w+/.exec(cookies)?.[0] ?? assert.fail();
  const { csrf_token: csrf } = answer.json() as { csrf_token: string };
  return { cookie, csrf, cookies };
}

describe('another site', () => {
  test('changes nothing by any route with the cookie alone', async () => {
    const { cookie, csrf } = await logIn();
    const changing = server.routes.filter(
      ({ method, surface }) => surface === 'api' && !['GET', 'HEAD'].includes(method),
    );
    assert.ok(changing.length > 40);
    for (const { method, path, name } of changing) {
      server.clock.advance(1_000);
      if (['setup.finish', 'password-reset.create', 'session.create'].includes(name)) continue;
      const target = path
        .replaceAll('{name+}', 'ann/app')
        .replaceAll('{name}', 'ann')
        .replaceAll(/\{[^}]+\}/g, '00000000-0000-4000-8000-000000000000');
      const attacks: Record<string, string>[] = [
        {},
        { Origin: home() },
        { Origin: 'https://evil.example', 'X-CSRF-Token': csrf },
        { Origin: 'null', 'X-CSRF-Token': csrf },
        { 'X-CSRF-Token': '' },
      ];
      for (const headers of attacks) {
        const answer = await server.api(`${method} ${target}`, {
          headers: { Cookie: cookie, ...headers },
          body: {},
        });
        // Some ids are none, and are refused as such before anybody is asked.
        assert.ok([400, 403].includes(answer.status), `${name}: ${answer.status} ${answer.body}`);
        if (answer.status === 403) assert.match(answer.body.toString(), /X-CSRF-Token/);
      }
    }
    assert.equal((await server.api('GET /api/v1/me', { headers: { Cookie: cookie } })).status, 200);
  });

  test('logs nobody in to an account of its own', async () => {
    const body = { name: 'ann', password: ACCOUNT_PASSWORD };
    for (const Origin of ['https://evil.example', 'null']) {
      const answer = await server.api('POST /api/v1/session', { body, headers: { Origin } });
      assert.equal(answer.status, 403, answer.body.toString());
      assert.equal(answer.header('set-cookie'), undefined);
    }
    const form = await server.raw('POST /api/v1/session', {
      headers: { 'Content-Type': 'text/plain' },
      body: JSON.stringify(body),
    });
    assert.equal(form.status, 415);
  });
});

describe('a session', () => {
  test('is another one after each login, whatever cookie came along', async () => {
    const planted = await logIn();
    const own = await logIn({ Cookie: planted.cookie });
    assert.notEqual(own.cookie, planted.cookie);
    const made = 'lading_session=lading_ses_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
    assert.notEqual((await logIn({ Cookie: made })).cookie, made);
  });

  test('cannot be read by a script, nor sent to other sites', async () => {
    const { cookies } = await logIn();
    assert.match(cookies, /lading_session=[^;]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax/);
  });

  test('is over for the next request after it was left, and after everything was left', async () => {
    const [one, two, three] = [await logIn(), await logIn(), await logIn()];
    const me = ({ cookie }: { cookie: string }) =>
      server.api('GET /api/v1/me', { headers: { Cookie: cookie } });
    const as = ({ cookie, csrf }: { cookie: string; csrf: string }) => ({
      headers: { Cookie: cookie, 'X-CSRF-Token': csrf },
    });
    await server.must('DELETE /api/v1/session', as(one));
    assert.equal((await me(one)).status, 401);
    assert.equal((await me(two)).status, 200);
    await server.must('DELETE /api/v1/users/ann/sessions', as(two));
    assert.equal((await me(three)).status, 401);
  });
});

test('what people write is text or harmless HTML, and JSON that no browser takes for a page', async () => {
  const evil =
    '<script>alert(1)</script><img src=x onerror=alert(1)>[x](javascript:alert(1))<svg/onload=alert(1)><iframe src="//evil"></iframe>';
  await server.must('POST /api/v1/repositories', { as: ann, body: { name: 'ann/evil' } });
  const body = { readme: evil, description: '<b onmouseover=alert(1)>hi</b>' };
  const answer = await server.api('PATCH /api/v1/repositories/ann/evil', { as: ann, body });
  assert.equal(answer.status, 200, answer.body.toString());
  assert.equal(answer.header('content-type'), 'application/json');
  assert.equal(answer.header('x-content-type-options'), 'nosniff');
  const { readme_html: html, description } = answer.json() as { readme_html: string; description: string };
  assert.doesNotMatch(html, /<script|onerror|onload|href="?javascript:|<iframe|<svg/i);
  assert.equal(description, body.description);
  // Nothing of anybody's stands in the page that describes the API, and nothing but its own script runs there.
  const docs = await server.api('GET /api/v1/docs', { as: ann });
  assert.doesNotMatch(docs.body.toString(), /evil/);
  const policy = docs.header('content-security-policy') ?? '';
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval/);
  assert.match(policy, /frame-ancestors 'none'/);
});
