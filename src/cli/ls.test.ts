import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { parseRepositoryName } from '../oci/index.ts';
import { ask, pushBlob } from '../testing/index.ts';
import { lsTags } from './ls-tags.ts';
import { type FilledRegistry, startFilledRegistry } from './suite/filled-registry.ts';
import { createRecordingOutput } from './suite/recording-output.ts';
import { ladingProgram, parseJsonLines, runLading, spawnLading } from './suite/run-lading.ts';

describe('lading ls', () => {
  let registry: FilledRegistry;
  before(async () => {
    registry = await startFilledRegistry();
  });
  after(() => registry[Symbol.asyncDispose]());
  const ls = (...args: string[]) => runLading(['ls', '--root', registry.root, ...args]);

  it('lists repositories with their number of tags while a server has the root open', async () => {
    const { code, out, err } = await spawnLading(['ls', '--root', registry.root]);
    assert.equal(err, '');
    assert.equal(code, 0);
    assert.match(out, /^REPOSITORY {2}TAGS {2}CHANGED\nalone {10}1 {2}.* ago\nteam\/app {7}3 {2}.* ago\n$/);
  });

  it('lists repositories as JSON lines', async () => {
    const updatedAt = '2026-01-01T00:00:00.000Z';
    assert.deepEqual(parseJsonLines((await ls('--json')).out), [
      { repository: 'alone', tags: 1, updatedAt },
      { repository: 'team/app', tags: 3, updatedAt },
    ]);
  });

  it('lists tags for people: short digest, kind or platforms, size, age', async () => {
    const { out, code } = await ls('team/app');
    assert.equal(code, 0);
    const [titles = '', ...rows] = out.trimEnd().split('\n');
    assert.match(titles, /^TAG +DIGEST +KIND +SIZE +PUSHED$/);
    assert.match(rows[0] ?? '', /^1\.0 +sha256:[0-9a-f]{12} +image +2\.0 kB +\d+ .* ago$/);
    assert.match(rows[2] ?? '', /^multi +sha256:[0-9a-f]{12} +linux\/amd64, linux\/arm64\/v8 +7\.1 kB +/);
    assert.equal(rows.length, 3);
  });

  it('lists tags as JSON lines with whole digests and sizes in bytes', async () => {
    const [first, , multi] = parseJsonLines((await ls('team/app', '--json')).out);
    const configBytes = registry.image.blobs[0]?.bytes.byteLength ?? 0;
    assert.deepEqual(first, {
      repository: 'team/app',
      tag: '1.0',
      digest: registry.image.manifest.digest,
      mediaType: registry.image.manifest.mediaType,
      kind: 'image',
      platforms: [],
      sizeBytes: 2000 + configBytes,
      pushedAt: '2026-01-01T00:00:00.000Z',
    });
    assert.equal(multi?.digest, registry.index.digest);
    assert.deepEqual(multi?.platforms, ['linux/amd64', 'linux/arm64/v8']);
  });

  it('says that there is no such repository, and exits with 1', async () => {
    const { code, out, err } = await ls('nothing/here');
    assert.equal(code, 1);
    assert.equal(out, '');
    assert.equal(err, 'lading: There is no repository nothing/here. To see which there are: lading ls\n');
  });

  it('refuses what is no repository name, and exits with 2', async () => {
    const { code, err } = await ls('../../etc');
    assert.equal(code, 2);
    assert.match(err, /^lading: "\.\.\/\.\.\/etc" is not a repository name; .*\.\n$/);
  });

  it('lists more tags than a page holds, each once, in order; and stops when nobody reads on', async () => {
    await using own = await startFilledRegistry();
    const { server, image } = own;
    const names = Array.from({ length: 250 }, (_, index) => `t${String(index).padStart(3, '0')}`);
    for (const some of [names.slice(0, 125), names.slice(125)]) {
      const query = some.map((name) => `tag=${name}`).join('&');
      const target = `PUT /v2/many/manifests/${image.manifest.digest}?${query}`;
      for (const blob of image.blobs) await pushBlob(server, 'many', blob);
      const headers = { 'Content-Type': image.manifest.mediaType };
      const put = await ask(server, target, { headers, body: image.manifest.content });
      assert.equal(put.status, 201, put.body.toString());
    }
    const all = parseJsonLines((await runLading(['ls', '--root', own.root, 'many', '--json'])).out);
    assert.deepEqual(
      all.map(({ tag }) => tag),
      names,
    );

    const out = createRecordingOutput({ readsFor: 2 });
    const context = { out, err: out, input: process.stdin, clock: server.clock, env: {} };
    await lsTags(context, { db: server.db, json: true, repository: parseRepositoryName('many') });
    const written = parseJsonLines(out.text).length;
    assert.ok(written > 0 && written < names.length, `${written} lines`);
  });

  it('takes a reader that leaves for no error', async () => {
    const child = spawn(ladingProgram, ['ls', '--json', '--root', registry.root], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    let err = '';
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    assert.equal(err, '');
    assert.equal(code, 0);
  });

  it('says so when its output cannot be written', { skip: !existsSync('/dev/full') }, async () => {
    const full = openSync('/dev/full', 'w');
    try {
      const child = spawn(ladingProgram, ['ls', '--root', registry.root], {
        stdio: ['ignore', full, 'pipe'],
      });
      assert.ok(child.stderr);
      assert.match(await text(child.stderr), /^lading: ENOSPC: [^\n]+\n$/);
      assert.equal(child.exitCode ?? (await once(child, 'close'))[0], 1);
    } finally {
      closeSync(full);
    }
  });
});
