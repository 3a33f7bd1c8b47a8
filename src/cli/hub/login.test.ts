import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { TOTP } from 'otpauth';
import { beginTwoFactor, confirmTwoFactor, createApiClient, listSessions } from '../../api/index.ts';
import { startTestServer } from '../../testing/index.ts';
import { runLading } from '../suite/run-lading.ts';
import { PASSWORD, type RunningHub, startRunningHub } from '../suite/running-hub.ts';

describe('lading login', () => {
  let hub: RunningHub;
  beforeEach(async () => {
    hub = await startRunningHub({ logsIn: false });
  });
  afterEach(() => hub[Symbol.asyncDispose]());

  const file = () => join(hub.configHome, 'lading', 'credentials.json');
  const readFileOf = async () => JSON.parse(await readFile(file(), 'utf8'));
  const login = (...args: string[]) =>
    hub.run(['login', hub.url, '-u', 'alice', ...args], { input: PASSWORD });
  const bearing = (token: string) => ({
    LADING_SERVER: hub.url,
    LADING_TOKEN: token,
    XDG_CONFIG_HOME: '/nowhere',
  });

  it('keeps a token that is named after this machine, for this user alone, and never the password', async () => {
    const { code, out, err } = await login('--password-stdin');
    assert.deepEqual([code, out, err], [0, `Logged in to ${hub.url} as alice.\n`, '']);
    const text = await readFile(file(), 'utf8');
    assert.doesNotMatch(text, /horse/);
    assert.match(text, /lading_pat_/);
    assert.equal((await stat(file())).mode & 0o777, 0o600);
    assert.equal((await stat(join(hub.configHome, 'lading'))).mode & 0o777, 0o700);
    const [token, ...others] = await hub.json('token', 'list');
    assert.deepEqual(others, []);
    assert.match(String(token?.name), /^lading on ./);
    assert.match(await hub.ok('whoami'), /^Name +alice$/m);
  });

  it('asks at a terminal for the name and the password, and shows the name alone', async () => {
    const { code, err } = await hub.run(['login', hub.url], { typed: ['alice', PASSWORD] });
    assert.equal(code, 0, err);
    assert.match(err, /User name: /);
    assert.match(err, /Password of alice: /);
    assert.doesNotMatch(err, /horse/);
  });

  it('leaves no session behind, and after a second login one token', async () => {
    await login();
    await login();
    assert.equal((await hub.json('token', 'list')).length, 1);
    const { servers } = await readFileOf();
    const api = createApiClient({ url: hub.url, authorization: `Bearer ${servers[hub.url].token}` });
    assert.deepEqual((await api.call(listSessions, { params: { name: 'alice' } })).items, []);
  });

  it('asks for the second factor where there is one, and says what to do where nobody can be asked', async () => {
    const basic = `Basic ${Buffer.from(`alice:${PASSWORD}`).toString('base64')}`;
    const api = createApiClient({ url: hub.url, authorization: basic });
    const params = { name: 'alice' };
    const { uri, secret } = await api.call(beginTwoFactor, { params, body: { password: PASSWORD } });
    assert.match(uri, /^otpauth:/);
    const code = new TOTP({ secret }).generate();
    const { recovery_codes } = await api.call(confirmTwoFactor, { params, body: { code } });
    const typed = [PASSWORD, recovery_codes[0] ?? ''];
    const asked = await hub.run(['login', hub.url, '-u', 'alice'], { typed });
    assert.equal(asked.code, 0, asked.err);
    assert.match(asked.err, /Code of your authenticator/);
    const piped = await login();
    assert.equal(piped.code, 2);
    assert.match(piped.err, /there is a second factor\. Run this in a terminal/);
    const wrong = await hub.run(['login', hub.url, '-u', 'alice'], { typed: [PASSWORD, '000000'] });
    assert.equal(wrong.code, 1);
    assert.match(wrong.err, /The code is wrong or was used/);
  });

  it('takes a token in place of the password, and does not revoke it', async () => {
    await login();
    const token = (await hub.ok('token', 'create', 'mine', '--allow', 'admin')).trim();
    await hub.ok('logout');
    const { code, err } = await hub.run(['login', hub.url], { input: token });
    assert.equal(code, 0, err);
    await hub.ok('whoami');
    await hub.ok('logout');
    assert.equal((await runLading(['whoami'], { env: bearing(token) })).code, 0);
  });

  it('logout revokes the token and forgets it', async () => {
    await login();
    const { token } = (await readFileOf()).servers[hub.url];
    assert.equal((await runLading(['whoami'], { env: bearing(token) })).code, 0);
    await hub.ok('logout');
    assert.deepEqual(await readFileOf(), { servers: {} });
    const after = await runLading(['whoami'], { env: bearing(token) });
    assert.equal(after.code, 1);
    assert.match(after.err, /^lading: The token is not valid, .* Set LADING_TOKEN to another one/);
    assert.match((await hub.run(['logout'])).err, /You are not logged in\./);
  });

  it('refuses a wrong password with the sentence of the registry, and keeps nothing', async () => {
    const { code, err } = await hub.run(['login', hub.url, '-u', 'alice'], { input: 'wrong' });
    assert.deepEqual([code, err], [1, 'lading: The user name or the password is wrong.\n']);
    await assert.rejects(stat(file()), { code: 'ENOENT' });
  });

  it('shows the token of LADING_SERVER to no other server', async () => {
    await using other = await startTestServer({ store: 'memory' });
    const env = bearing('lading_pat_secret');
    await runLading(['whoami', '--server', `http://127.0.0.1:${other.port}`], { env });
    assert.equal(other.records.length, 1);
    const { err } = await runLading(['whoami', '--server', hub.url], { env });
    assert.match(err, /The token is not valid, /);
    const anonymous = await runLading(['whoami', '--server', `http://localhost:${new URL(hub.url).port}`], {
      env,
    });
    assert.match(anonymous.err, /You are not logged in there/);
  });

  it('says that a registry without accounts has none', async () => {
    await using open = await startTestServer({ store: 'memory' });
    const { code, err } = await hub.run(['login', `http://127.0.0.1:${open.port}`, '-u', 'a'], {
      input: 'b',
    });
    assert.equal(code, 1);
    assert.match(err, /has no accounts/);
  });

  for (const address of ['', 'ftp://x', 'https://a:b@x', 'https://x?y', 'a b']) {
    it(`refuses the address ${JSON.stringify(address)} as usage`, async () => {
      const { code, err } = await hub.run(['login', address, '-u', 'a'], { input: 'b' });
      assert.equal(code, 2);
      assert.match(err, /is no address of a registry/);
    });
  }

  it('says whom to ask when nothing does', async () => {
    const { code, err } = await hub.run(['repo', 'list']);
    assert.equal(code, 2);
    assert.match(err, /Say which registry: lading login URL/);
  });
});
