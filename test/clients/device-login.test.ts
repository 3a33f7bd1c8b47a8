import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import {
  ask,
  startContainerd,
  startDockerd,
  startLading,
  story,
  writeBuildContext,
} from './harness/index.ts';

const NEEDS = ['root', 'docker', 'dockerd', 'busybox', 'skopeo', 'containerd', 'ctr'] as const;
const PASSWORD = 'correct horse battery';

interface Device {
  readonly id: string;
  readonly client: string;
  readonly last_used_at: string;
}

story(
  'docker login leaves a device’s token in place of the password, until it is logged out',
  NEEDS,
  async (scene) => {
    const passwordFile = scene.path('password');
    writeFileSync(passwordFile, PASSWORD, { mode: 0o600 });
    const registry = await startLading(scene, {
      env: { REGISTRY_AUTH: 'accounts', LADING_ADMIN_NAME: 'ada', LADING_ADMIN_PASSWORD_FILE: passwordFile },
    });
    const { docker } = await startDockerd(scene);
    const image = `${registry.host}/ada/app:1`;
    writeBuildContext(scene.path('context'), { greeting: 'from a device\n' });
    await docker(['build', '--quiet', '-t', image, scene.path('context')]);
    const authorization = `Basic ${Buffer.from(`ada:${PASSWORD}`).toString('base64')}`;
    const api = (path: string, method = 'GET') =>
      ask(`${registry.url}/api/v1/users/ada/${path}`, { method, headers: { authorization } });
    const login = (input: string) =>
      docker(['login', '-u', 'ada', '--password-stdin', registry.host], { input, expect: 'any' });

    await scene.step('a wrong password is refused with a sentence', async () => {
      const { code, output } = await login('wrong');
      assert.equal(code, 1, output);
      assert.match(output, /user name or the password is wrong/);
    });

    await scene.step('after login the password is nowhere, and pushes and pulls work', async () => {
      const { code, output } = await login(PASSWORD);
      assert.equal(code, 0, output);
      const config = readFileSync(scene.path('home/.docker/config.json'), 'utf8');
      assert.match(config, /lading_rfr_/);
      const { auth } = Object.values(JSON.parse(config).auths as Record<string, { auth: string }>)[0] ?? {
        auth: '',
      };
      assert.doesNotMatch(Buffer.from(auth, 'base64').toString(), /horse/);
      await docker(['push', image]);
      await docker(['rmi', image]);
      await docker(['pull', image]);
    });

    await scene.step('skopeo reads the same login', async () => {
      const authfile = scene.path('home/.docker/config.json');
      const args = ['inspect', '--authfile', authfile, '--tls-verify=false', `docker://${image}`];
      assert.match((await scene.run('skopeo', args)).stdout, /ada\/app/);
    });

    await scene.step('containerd logs in with the password by OAuth 2', async () => {
      const { ctr } = await startContainerd(scene);
      await ctr(['content', 'fetch', '--plain-http', '--all-platforms', '-u', `ada:${PASSWORD}`, image]);
    });

    await scene.step(
      'the device is listed, and once it is logged out its token is worth nothing',
      async () => {
        const { items }: { items: Device[] } = JSON.parse((await api('devices')).body.toString());
        assert.deepEqual(
          items.map(({ client }) => client),
          ['docker'],
        );
        assert.equal((await api(`devices/${items[0]?.id}`, 'DELETE')).status, 204);
        for (const args of [
          ['push', image],
          ['pull', image],
        ]) {
          const { code, output } = await docker(args, { expect: 'any' });
          assert.equal(code, 1, output);
          assert.match(output, /The login of this device has ended\. Log in again\./);
        }
      },
    );
  },
);
