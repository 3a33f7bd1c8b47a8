import assert from 'node:assert/strict';
import { join } from 'node:path';
import { eventually } from '../faults/harness/eventually.ts';
import { startDockerd, startLading, story, writeBuildContext } from './harness/index.ts';

const NEEDS = ['root', 'docker', 'dockerd', 'busybox', 'crane'] as const;
const LADING = join(import.meta.dirname, '../../bin/lading');
const PASSWORD = 'correct horse battery';

story(
  'a newcomer makes a hub of it: administrator, organisation, robot, push, search',
  NEEDS,
  async (scene) => {
    const root = scene.path('registry');
    const env = { XDG_CONFIG_HOME: scene.path('config') };
    const lading = async (args: readonly string[], input = '') =>
      (await scene.run(LADING, args, { env, input })).stdout;

    await scene.step('an administrator before the first start turns accounts on', async () => {
      const said = await lading(['admin', 'create', 'alice', '--root', root], PASSWORD);
      assert.match(said, /alice is an administrator/);
    });
    const registry = await startLading(scene, { root });
    const { docker } = await startDockerd(scene);

    await scene.step('login, an organisation, a private repository', async () => {
      assert.match(
        await lading(['login', registry.url, '-u', 'alice'], PASSWORD),
        /Logged in to .* as alice/,
      );
      await lading(['org', 'create', 'acme']);
      await lading([
        'repo',
        'create',
        'acme/shop',
        '--visibility',
        'private',
        '--description',
        'The web shop',
      ]);
    });

    let token = '';
    await scene.step('a robot that may push what is of acme, and its token', async () => {
      await lading(['robot', 'create', 'acme+ci']);
      await lading(['grant', 'add', 'acme', 'writer', 'acme+ci']);
      token = await lading([
        'robot',
        'token',
        'create',
        'acme+ci',
        'build',
        '--allow',
        'pull',
        '--allow',
        'push',
      ]);
    });

    const image = `${registry.host}/acme/shop:1.0`;
    await scene.step('docker logs in with it, pushes and pulls', async () => {
      writeBuildContext(scene.path('context'), { greeting: 'hello from the hub\n' });
      await docker(['build', '--quiet', '-t', image, scene.path('context')]);
      await docker(['login', '-u', 'acme+ci', '--password-stdin', registry.host], { input: token });
      await docker(['push', image]);
      await docker(['rmi', image]);
      await docker(['pull', image]);
      assert.equal((await docker(['run', '--rm', '--net=none', image])).stdout, 'hello from the hub\n');
    });

    await scene.step('lading shows the tag: who pushed it, and what made its layers', async () => {
      assert.match(await lading(['tag', 'list', 'acme/shop']), /^1\.0 +sha256:[0-9a-f]{12} .* acme\+ci /m);
      const shown = await lading(['tag', 'show', 'acme/shop:1.0']);
      assert.match(shown, /^By +acme\+ci$/m);
      assert.match(shown, /^ *SIZE +LAYER\n.+COPY/m);
      assert.match(shown, new RegExp(`^Pull +docker pull ${image}`, 'm'));
    });

    await scene.step('crane reads the same login, and finds the same digest', async () => {
      const digest = (await scene.run('crane', ['digest', image])).stdout.trim();
      const inspected = await docker(['inspect', '--format', '{{index .RepoDigests 0}}', image]);
      assert.equal(inspected.stdout.trim(), `${registry.host}/acme/shop@${digest}`);
    });

    await scene.step('elsewhere it is refused with a sentence that helps', async () => {
      const elsewhere = `${registry.host}/alice/tool:1`;
      await docker(['tag', image, elsewhere]);
      const pushed = await docker(['push', elsewhere], { expect: 'any' });
      assert.equal(pushed.code, 1, pushed.output);
      assert.match(pushed.output, /acme\+ci may not pull and push alice\/tool.*Ask an owner of alice/);
      const crane = await scene.run('crane', ['manifest', elsewhere], { expect: 'any' });
      assert.notEqual(crane.code, 0);
      assert.match(crane.output, /acme\+ci may not pull alice\/tool/);
      const why = await lading(['access', 'explain', 'acme+ci', 'push', 'alice/tool']);
      assert.match(why, /^No\. [^\n]+\nEach of these alone would change that:/);
    });

    await scene.step('found by docker search and lading search, by who may see it', async () => {
      const found = async () =>
        (await docker(['search', '--format', '{{.Name}} {{.Description}}', `${registry.host}/shop`])).stdout;
      // An index follows a push a moment later.
      await eventually(async () => assert.equal(await found(), 'acme/shop The web shop\n'));
      assert.match(await lading(['search', 'shpo']), /^acme\/shop .*The web shop$/m);
      await docker(['logout', registry.host]);
      assert.doesNotMatch(
        (await docker(['search', `${registry.host}/shop`], { expect: 'any' })).output,
        /acme\/shop/,
      );
    });

    await scene.step('a token that is revoked is worth nothing at once', async () => {
      const [listed = ''] = (await lading(['robot', 'token', 'list', 'acme+ci', '--json'])).split('\n');
      await lading(['robot', 'token', 'revoke', 'acme+ci', JSON.parse(listed).id]);
      const login = ['login', '-u', 'acme+ci', '--password-stdin', registry.host];
      const { code, output } = await docker(login, { input: token, expect: 'any' });
      assert.equal(code, 1, output);
      assert.match(output, /401|unauthorized|wrong|not valid/i);
    });

    await scene.step('the audit log knows all of it, and is whole', async () => {
      const log = await lading(['audit', 'export', '--namespace', 'acme']);
      for (const action of [
        'organisation.create',
        'organisation.robot.token.create',
        'manifest.pushed',
        'organisation.robot.token.delete',
      ]) {
        assert.match(log, new RegExp(`"action":"${action}"`));
      }
      assert.match(await lading(['audit', 'verify', '--root', root]), /all as they were written/);
      assert.match(await lading(['logout']), /Logged out of/);
    });
  },
);
