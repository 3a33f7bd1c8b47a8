import assert from 'node:assert/strict';
import { copyFileSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { createAuthority, type Scene, startLading, story, tlsEnv } from './harness/index.ts';

const NEEDS = ['curl', 'openssl'] as const;

/** `curl ARGS` with the authority trusted: what was printed, and how it ended. */
function curlOf(scene: Scene, caPath: string) {
  return (...args: readonly string[]) =>
    scene.run('curl', ['--silent', '--show-error', '--cacert', caPath, ...args], { expect: 'any' });
}

story(
  'curl verifies the certificate, speaks HTTP/2 and HTTP/1.1, and nothing before TLS 1.2',
  NEEDS,
  async (scene) => {
    const authority = await createAuthority(scene);
    const registry = await startLading(scene, {
      tls: authority,
      env: tlsEnv(await authority.issue('server')),
    });
    const curl = curlOf(scene, authority.caPath);
    const written = ['--write-out', '%{http_version} %{http_code}', '--output', '/dev/null'];
    for (const [option, version] of [
      ['--http1.1', '1.1'],
      ['--http2', '2'],
    ] as const) {
      const answer = await curl(option, ...written, `${registry.url}/v2/`);
      assert.equal(answer.stdout, `${version} 200`, answer.output);
    }
    const modern = await curl('--tls-max', '1.2', ...written, `${registry.url}/v2/`);
    assert.match(modern.stdout, /200$/, modern.output);
    const old = await curl('--tls-max', '1.1', '--ciphers', 'DEFAULT@SECLEVEL=0', `${registry.url}/v2/`);
    assert.equal(old.code, 35, old.output);
    const untrusted = await scene.run('curl', ['--silent', '--show-error', `${registry.url}/v2/`], {
      expect: 'any',
    });
    assert.equal(untrusted.code, 60, untrusted.output);

    await scene.step('an upload and a download over HTTP/2', async () => {
      const body = 'sent over HTTP/2';
      const digest = `sha256:${(await scene.run('sha256sum', [], { input: body })).stdout.slice(0, 64)}`;
      const sent = await curl(
        ...['--http2', '-X', 'POST', '--data-binary', body, '-H', 'Content-Type: application/octet-stream'],
        ...written,
        `${registry.url}/v2/h2/blobs/uploads/?digest=${digest}`,
      );
      assert.equal(sent.stdout, '2 201', sent.output);
      assert.equal((await curl('--http2', `${registry.url}/v2/h2/blobs/${digest}`)).stdout, body);
    });
  },
);

story('a renewed certificate is served without a restart', NEEDS, async (scene) => {
  const authority = await createAuthority(scene);
  const server = await authority.issue('server');
  const registry = await startLading(scene, { tls: authority, env: tlsEnv(server) });
  const subject = async () => {
    const { stdout } = await scene.run('sh', [
      '-c',
      `openssl s_client -connect ${registry.host} </dev/null 2>/dev/null | openssl x509 -noout -subject`,
    ]);
    return stdout.trim();
  };
  assert.match(await subject(), /CN = server$/);
  const renewed = await authority.issue('renewed');
  copyFileSync(renewed.keyPath, server.keyPath);
  copyFileSync(renewed.certificatePath, server.certificatePath);
  // How soon is the server's choice; a minute is what an operator waits before restarting it.
  for (const deadline = performance.now() + 60_000; !/CN = renewed$/.test(await subject()); ) {
    assert.ok(performance.now() < deadline, 'renewed within a minute');
    await delay(250);
  }
});

story('with clientcas only clients with a certificate get in', NEEDS, async (scene) => {
  const authority = await createAuthority(scene);
  const client = await authority.issue('client');
  const [cert, key] = [readFileSync(client.certificatePath, 'utf8'), readFileSync(client.keyPath, 'utf8')];
  const registry = await startLading(scene, {
    tls: { ca: authority.ca, cert, key },
    env: {
      ...tlsEnv(await authority.issue('server')),
      REGISTRY_HTTP_TLS_CLIENTCAS: `["${authority.caPath}"]`,
    },
  });
  const curl = curlOf(scene, authority.caPath);
  const refused = await curl('--fail', `${registry.url}/v2/`);
  assert.notEqual(refused.code, 0);
  const admitted = await curl(
    '--fail',
    '--cert',
    client.certificatePath,
    '--key',
    client.keyPath,
    `${registry.url}/v2/`,
  );
  assert.equal(admitted.code, 0, admitted.output);
});
