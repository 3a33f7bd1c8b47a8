import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { buildImage, pushImage } from '../../src/testing/index.ts';
import { ask, startLading, story } from './harness/index.ts';

const PASSWORD = 'correct horse battery';

story(
  'anybody pulls what is public, beside logins that push; the rest is refused with a sentence',
  ['crane', 'skopeo'],
  async (scene) => {
    const passwordFile = scene.path('password');
    writeFileSync(passwordFile, PASSWORD, { mode: 0o600 });
    const registry = await startLading(scene, {
      env: { REGISTRY_AUTH: 'accounts', LADING_ADMIN_NAME: 'ada', LADING_ADMIN_PASSWORD_FILE: passwordFile },
    });
    const authorization = `Basic ${Buffer.from(`ada:${PASSWORD}`).toString('base64')}`;
    const headers = { authorization, 'content-type': 'application/json' };
    const api = async (line: string, body: object) => {
      const [method = '', path = ''] = line.split(' ');
      const answer = await ask(`${registry.url}${path}`, {
        method,
        headers,
        body: Buffer.from(JSON.stringify(body)),
      });
      assert.ok(answer.status < 300, `${line}: ${answer.status} ${answer.body}`);
    };
    const open = await startLading(scene, { root: scene.path('source') });
    await pushImage({ port: open.port }, 'app', buildImage(), '1');
    await api('POST /api/v1/users', { name: 'eve', password: PASSWORD });
    const crane = (args: string[], expect: 0 | 'any' = 0) =>
      scene.run('crane', [...args, '--insecure'], { expect });
    const from = `${open.host}/app:1`;
    const at = (name: string) => `${registry.host}/ada/${name}:1`;

    await scene.step('a login pushes', async () => {
      await crane(['auth', 'login', '-u', 'ada', '-p', PASSWORD, registry.host]);
      for (const name of ['open', 'closed']) await crane(['copy', from, at(name)]);
      await api('PUT /api/v1/repositories/ada/open/visibility', { visibility: 'public' });
    });
    await scene.step('without one, what is public is pulled and the rest refused', async () => {
      await crane(['auth', 'logout', registry.host]);
      await crane(['manifest', at('open')]);
      const skopeo = ['inspect', '--raw', '--tls-verify=false', '--no-creds'];
      await scene.run('skopeo', [...skopeo, `docker://${at('open')}`]);
      for (const result of [
        await crane(['manifest', at('closed')], 'any'),
        await scene.run('skopeo', [...skopeo, `docker://${at('closed')}`], { expect: 'any' }),
        await crane(['copy', from, at('open').replace(/1$/, '2')], 'any'),
      ]) {
        assert.notEqual(result.code, 0);
        assert.match(result.output, /Log in first|UNAUTHORIZED|unauthorized|authentication required/);
      }
    });
    await scene.step('another login pulls what is public, and is told why it may not push', async () => {
      await crane(['auth', 'login', '-u', 'eve', '-p', PASSWORD, registry.host]);
      await crane(['manifest', at('open')]);
      const { code, output } = await crane(['copy', from, at('open').replace(/1$/, '2')], 'any');
      assert.notEqual(code, 0);
      assert.match(output, /eve may not .*push.*ada\/open.*Ask an owner of ada/s);
      assert.notEqual((await crane(['manifest', at('closed')], 'any')).code, 0);
    });
  },
);
