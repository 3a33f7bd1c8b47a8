import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type FilledRegistry, startFilledRegistry } from './suite/filled-registry.ts';
import { parseJsonLines, runLading, spawnLading } from './suite/run-lading.ts';

describe('lading inspect', () => {
  let registry: FilledRegistry;
  before(async () => {
    registry = await startFilledRegistry();
  });
  after(() => registry[Symbol.asyncDispose]());
  const inspect = (...args: string[]) => runLading(['inspect', '--root', registry.root, ...args]);

  it('writes the bytes of the manifest exactly with --raw', async () => {
    const { outBytes, code } = await spawnLading([
      'inspect',
      '--root',
      registry.root,
      'team/app:1.0',
      '--raw',
    ]);
    assert.equal(code, 0);
    assert.deepEqual(outBytes, registry.image.manifest.content);
  });

  it('tells all about an image as one JSON object', async () => {
    const { image, referrer } = registry;
    const [told, ...others] = parseJsonLines(
      (await inspect(`team/app@${image.manifest.digest}`, '--json')).out,
    );
    assert.deepEqual(others, []);
    const { layers, config, referrers, ...rest } = told ?? {};
    const digests = (list: unknown) => (list as { digest: string }[]).map(({ digest }) => digest);
    const [configBlob, ...layerBlobs] = image.blobs;
    assert.deepEqual(digests(layers), digests(layerBlobs));
    assert.deepEqual(digests([config]), [configBlob?.digest]);
    assert.deepEqual(digests(referrers), [referrer.manifest.digest]);
    assert.deepEqual(rest, {
      repository: 'team/app',
      digest: image.manifest.digest,
      mediaType: image.manifest.mediaType,
      kind: 'image',
      artifactType: 'application/vnd.oci.image.config.v1+json',
      manifestSizeBytes: image.manifest.content.byteLength,
      contentSizeBytes: 2000 + (configBlob?.bytes.byteLength ?? 0),
      platforms: ['linux/amd64'],
      tags: ['1.0', 'latest'],
      annotations: { 'org.example.evil': 'a\u001b]0;b' },
      manifests: [],
    });
  });

  it('means the tag latest by a bare repository, and shows no control character of an annotation', async () => {
    const { out } = await inspect('team/app');
    assert.match(out, new RegExp(`^Digest {6}${registry.image.manifest.digest}$`, 'm'));
    assert.match(out, /^Tags {8}1\.0, latest$/m);
    assert.match(out, /^Platforms {3}linux\/amd64$/m);
    assert.match(out, /^ {2}org\.example\.evil: a\ufffd\]0;b$/m);
    assert.match(out, /^Referrers\n {2}sha256:[0-9a-f]{64} .* application\/vnd\.example\.sbom$/m);
    assert.ok(!out.includes('\u001b'));
  });

  it('tells the platforms of an index and the size of all of them', async () => {
    const [told] = parseJsonLines((await inspect('team/app:multi', '--json')).out);
    assert.deepEqual(told?.platforms, ['linux/amd64', 'linux/arm64/v8']);
    assert.equal(told?.kind, 'index');
    assert.ok(Number(told?.contentSizeBytes) > 7000);
  });

  for (const [ref, code, message] of [
    ['team/app:2.0', 1, 'There is no manifest team/app:2.0. To see the tags: lading ls team/app'],
    ['team/app@sha256:abc', 2, '"sha256:abc" is not a digest; sha256 has 64 lower-case hex digits.'],
    ['localhost:5000/team/app:1.0', 2, /is not a repository name.* Leave the host out: team\/app:1\.0$/],
    ['team/app:-x', 2, /tag/],
    ['team/\u001b[31mapp', 2, /^\P{Cc}+$/u],
    ['%2e%2e/x', 2, /is not a repository name/],
  ] as const) {
    it(`answers ${JSON.stringify(ref)} with a sentence and ${code}`, async () => {
      const run = await inspect(ref);
      assert.equal(run.code, code);
      assert.equal(run.out, '');
      assert.match(run.err, /^lading: [^\n]+\n$/);
      const said = run.err.slice('lading: '.length, -1);
      if (typeof message === 'string') assert.equal(said, message);
      else assert.match(said, message);
    });
  }

  it('refuses --raw together with --json', async () => {
    assert.equal((await inspect('team/app', '--raw', '--json')).code, 2);
  });
});
