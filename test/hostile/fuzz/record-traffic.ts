/**
 * Writes recorded-traffic.json anew: `node --test test/hostile/fuzz/record-traffic.ts`. Real clients push and pull through
 * a proxy that notes each request. Needed when a client with other habits is to be among them.
 */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Scene, startDockerd, startLading, story } from '../../clients/harness/index.ts';
import { createLayout } from '../../clients/harness/layout.ts';
import { RECORDING, type Recording, SESSION } from './recorded-request.ts';

const SESSION_PATH = /(\/blobs\/uploads\/)[^/?\s]+/;
/** Larger bodies would only be copied about. */
const MAX_BODY_BYTES = 4096;

const CLIENTS: Readonly<Record<string, (scene: Scene, host: string) => Promise<unknown>>> = {
  async docker(scene, host) {
    const { docker } = await startDockerd(scene);
    mkdirSync(scene.path('context'));
    writeFileSync(scene.path('context/Dockerfile'), 'FROM scratch\nCOPY Dockerfile /note\n');
    const image = `${host}/shop/docker:1`;
    await docker(['build', '--quiet', '-t', image, 'context']);
    await docker(['push', image]);
    await docker(['tag', image, `${host}/shop/mounted:1`]);
    await docker(['push', `${host}/shop/mounted:1`]);
    await docker(['rmi', image, `${host}/shop/mounted:1`]);
    await docker(['pull', image]);
  },
  async skopeo(scene, host) {
    const image = `docker://${host}/shop/skopeo:1`;
    await scene.run('skopeo', ['copy', '--dest-tls-verify=false', 'oci:layout:1', image]);
    await scene.run('skopeo', ['inspect', '--tls-verify=false', image]);
    await scene.run('skopeo', ['list-tags', '--tls-verify=false', `docker://${host}/shop/skopeo`]);
    await scene.run('skopeo', ['copy', '--src-tls-verify=false', image, 'oci:back:1']);
    await scene.run('skopeo', ['delete', '--tls-verify=false', image]);
  },
  async crane(scene, host) {
    await scene.run('crane', ['push', 'layout', `${host}/shop/crane:1`, '--insecure']);
    await scene.run('crane', ['copy', `${host}/shop/crane:1`, `${host}/shop/copy:2`, '--insecure']);
    await scene.run('crane', ['pull', `${host}/shop/crane:1`, 'back.tar', '--insecure']);
    await scene.run('crane', ['catalog', host, '--insecure']);
    await scene.run('crane', ['ls', `${host}/shop/crane`, '--insecure']);
  },
  async oras(scene, host) {
    writeFileSync(scene.path('sbom.json'), '{"packages":[]}');
    const artifact = `${host}/shop/oras:1`;
    await scene.run('oras', ['push', '--plain-http', artifact, 'sbom.json:application/json']);
    await scene.run('oras', [
      'attach',
      '--plain-http',
      '--artifact-type',
      'test/sbom',
      artifact,
      'sbom.json',
    ]);
    await scene.run('oras', ['discover', '--plain-http', artifact]);
    await scene.run('oras', ['manifest', 'fetch', '--plain-http', artifact]);
  },
  async regctl(scene, host) {
    await scene.run('regctl', [
      'registry',
      'set',
      '--tls=disabled',
      '--blob-chunk=128',
      '--blob-max=64',
      host,
    ]);
    await scene.run('regctl', ['image', 'copy', 'ocidir://layout:1', `${host}/shop/regctl:1`]);
    await scene.run('regctl', ['tag', 'ls', `${host}/shop/regctl`]);
    await scene.run('regctl', ['tag', 'delete', `${host}/shop/regctl:1`]);
  },
};

story(
  'what clients send is written down',
  ['root', 'docker', 'dockerd', 'skopeo', 'crane', 'oras', 'regctl'],
  async (scene) => {
    const layout = createLayout(scene.path('layout'));
    layout.addImage({ content: 'a layer', tag: '1' });
    const registry = await startLading(scene);
    const recordings: Recording[] = [];
    for (const [client, act] of Object.entries(CLIENTS)) {
      const requests: string[] = [];
      const proxy = await startProxy(registry.port, requests);
      scene.defer(async () => proxy.close());
      await scene.step(client, async () => {
        await act(scene, proxy.host);
      });
      assert.ok(requests.length > 3, `${client} sent ${requests.length} requests`);
      recordings.push({ client, requests });
    }
    writeFileSync(RECORDING, `${JSON.stringify(recordings, undefined, 1)}\n`);
  },
);

/** Passes everything on and notes it; `Host` stays what the client said, so that Location, a path, leads back here. */
async function startProxy(port: number, requests: string[]) {
  const server = createServer(async (incoming, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of incoming) pieces.push(piece);
    const body = Buffer.concat(pieces);
    const { method = '', url = '', rawHeaders, headers } = incoming;
    if (body.length <= MAX_BODY_BYTES) requests.push(textOf({ method, url, rawHeaders }, body));
    const passed = request({ host: '127.0.0.1', port, method, path: url, headers, agent: false });
    passed.once('response', (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.rawHeaders);
      answer.pipe(response);
    });
    passed.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: own } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${own}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function textOf(head: { method: string; url: string; rawHeaders: readonly string[] }, body: Buffer): string {
  const { rawHeaders } = head;
  const lines: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    lines.push(`${name}: ${name.toLowerCase() === 'host' ? 'registry' : rawHeaders[index + 1]}`);
  }
  const isChunked = lines.some((line) => /^transfer-encoding: *chunked$/i.test(line));
  const text = body.toString('latin1');
  const sent = isChunked
    ? `${body.length > 0 ? `${body.length.toString(16)}\r\n${text}\r\n` : ''}0\r\n\r\n`
    : text;
  const path = head.url.replace(SESSION_PATH, (all, before) =>
    all.endsWith('/') ? all : `${before}${SESSION}`,
  );
  return `${head.method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${sent}`;
}
