import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { ask, askManifest, htpasswdEnv, sha256, startLading, story, writeHtpasswd } from './harness/index.ts';

story(
  'helm packages, pushes, shows and pulls charts, a + in the version included',
  ['helm', 'htpasswd'],
  async (scene) => {
    const registry = await startLading(scene, {
      env: htpasswdEnv(await writeHtpasswd(scene, 'ann', 'secret')),
    });
    const { host, url } = registry;
    const helm = (args: readonly string[], how: { input?: string; expect?: number | 'any' } = {}) =>
      scene.run('helm', args, how);
    mkdirSync(scene.path('cargo/templates'), { recursive: true });
    const chart = 'apiVersion: v2\nname: cargo\nversion: 1.2.3\ndescription: A chart\n';
    writeFileSync(scene.path('cargo/Chart.yaml'), chart);
    writeFileSync(scene.path('cargo/templates/a.yaml'), 'kind: ConfigMap\n');
    await helm(['package', 'cargo']);
    await helm(['package', 'cargo', '--version', '1.2.4+build.7']);
    const archive = readFileSync(scene.path('cargo-1.2.3.tgz'));

    const login = ['registry', 'login', host, '--plain-http', '-u', 'ann', '--password-stdin'];
    assert.notEqual((await helm(login, { input: 'wrong', expect: 'any' })).code, 0);
    assert.match((await helm(login, { input: 'secret' })).output, /Login Succeeded/);
    for (const file of ['cargo-1.2.3.tgz', 'cargo-1.2.4+build.7.tgz']) {
      await helm(['push', file, `oci://${host}/charts`, '--plain-http']);
    }

    const authorization = `Basic ${Buffer.from('ann:secret').toString('base64')}`;
    const stored = await askManifest(`${url}/v2/charts/cargo/manifests/1.2.3`, {
      headers: { authorization },
    });
    const { config, layers }: { config: { mediaType: string }; layers: { digest: string }[] } = JSON.parse(
      stored.body.toString(),
    );
    assert.equal(config.mediaType, 'application/vnd.cncf.helm.config.v1+json');
    assert.deepEqual(
      layers.map(({ digest }) => digest),
      [sha256(archive)],
    );
    const tags = await ask(`${url}/v2/charts/cargo/tags/list`, { headers: { authorization } });
    assert.deepEqual(JSON.parse(tags.body.toString()).tags, ['1.2.3', '1.2.4_build.7']);

    const remote = `oci://${host}/charts/cargo`;
    mkdirSync(scene.path('pulled'));
    await helm(['pull', remote, '--version', '1.2.3', '--plain-http', '-d', 'pulled']);
    assert.deepEqual(readFileSync(scene.path('pulled/cargo-1.2.3.tgz')), archive);
    assert.match(
      (await helm(['show', 'chart', remote, '--version', '1.2.4+build.7', '--plain-http'])).stdout,
      /version: 1\.2\.4\+build\.7/,
    );
    // Without a version helm lists the tags and takes the newest.
    assert.match(
      (await helm(['show', 'chart', remote, '--plain-http'])).stdout,
      /version: 1\.2\.4\+build\.7/,
    );
  },
);
