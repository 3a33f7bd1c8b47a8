import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mediaTypes, referrersTag } from '../../oci/index.ts';
import {
  type Answer,
  ask,
  assertRefused,
  type BuiltManifest,
  buildImage,
  buildIndex,
  buildReferrer,
  descriptorOf,
  pushImage,
  putManifest,
  sharedServer,
} from '../../testing/index.ts';

const server = sharedServer({ store: 'memory' });
const subject = buildImage().manifest;
const sbom = 'application/vnd.example.sbom';
const signature = 'application/vnd.example.signature';

interface Descriptor {
  digest: string;
  mediaType: string;
  size: number;
  artifactType?: string;
  annotations?: Record<string, string>;
}

const list = (repository: string, query = '', digest: string = subject.digest) =>
  ask(server, `GET /v2/${repository}/referrers/${digest}${query}`);

function manifestsOf(answer: Answer): Descriptor[] {
  assert.equal(answer.status, 200, answer.body.toString());
  assert.equal(answer.header('content-type'), mediaTypes.ociIndex);
  const index = answer.json() as { schemaVersion: number; mediaType: string; manifests: Descriptor[] };
  assert.equal(index.schemaVersion, 2);
  assert.equal(index.mediaType, mediaTypes.ociIndex);
  return index.manifests;
}

const digestsOf = (answer: Answer) => manifestsOf(answer).map(({ digest }) => digest);

test('nobody refers to it, or there is no such repository → 200 and an empty index', async () => {
  await pushImage(server, 'lonely', buildImage());
  for (const answer of [
    await list('lonely'),
    await list('never'),
    await list('never', '', `sha512:${'0'.repeat(128)}`),
  ]) {
    assert.deepEqual(manifestsOf(answer), []);
    assert.equal(answer.header('link'), undefined);
  }
});

for (const digest of ['sha256:1', 'latest', 'md5:0', subject.digest.toUpperCase()]) {
  test(`digest ${digest.slice(0, 8)} → 400 DIGEST_INVALID`, async () => {
    assertRefused(await list('a', '', digest), 400, 'DIGEST_INVALID');
  });
}

test('a referrer is listed as a descriptor with its type and annotations, at once and until it is deleted', async () => {
  const referrer = buildReferrer(subject, {
    artifactType: sbom,
    annotations: { 'a.b': 'ü', __proto__x: '1' },
  });
  await pushImage(server, 'one', referrer);
  assert.deepEqual(manifestsOf(await list('one')), [
    {
      ...descriptorOf(referrer.manifest),
      artifactType: sbom,
      annotations: { 'example.seed': '1', 'a.b': 'ü', __proto__x: '1' },
    },
  ]);
  assert.deepEqual(digestsOf(await list('one/other')), []);
  await ask(server, `DELETE /v2/one/manifests/${referrer.manifest.digest}`);
  assert.deepEqual(digestsOf(await list('one')), []);
});

test('artifactType: its own, else the config’s for an image, else none for an index', async () => {
  const withConfig = buildImage({ seed: 5, layers: 0, fields: { subject: descriptorOf(subject) } });
  const index = buildIndex([], { subject: descriptorOf(subject) });
  await pushImage(server, 'types', withConfig);
  assert.equal((await putManifest(server, 'types', index)).status, 201);
  const types = new Map(manifestsOf(await list('types')).map((one) => [one.digest, one]));
  assert.equal(
    types.get(withConfig.manifest.digest)?.artifactType,
    'application/vnd.oci.image.config.v1+json',
  );
  assert.ok(types.has(index.digest));
  assert.equal('artifactType' in (types.get(index.digest) ?? {}), false);
});

test('the filter by artifactType says that it was applied, and only then', async () => {
  const [one, two] = [
    buildReferrer(subject, { artifactType: sbom }),
    buildReferrer(subject, { artifactType: signature }),
  ];
  await pushImage(server, 'filter', one);
  await pushImage(server, 'filter', two);
  const all = await list('filter');
  assert.equal(manifestsOf(all).length, 2);
  assert.equal(all.header('oci-filters-applied'), undefined);
  const filtered = await list('filter', `?artifactType=${encodeURIComponent(signature)}`);
  assert.deepEqual(digestsOf(filtered), [two.manifest.digest]);
  assert.equal(filtered.header('oci-filters-applied'), 'artifactType');
  const none = await list('filter', '?artifactType=x/y');
  assert.deepEqual(digestsOf(none), []);
  assert.equal(none.header('oci-filters-applied'), 'artifactType');
});

async function follow(repository: string, query: string): Promise<string[][]> {
  const pages: string[][] = [];
  for (let target: string | undefined = `/v2/${repository}/referrers/${subject.digest}${query}`; target; ) {
    const answer = await ask(server, `GET ${target}`);
    pages.push(digestsOf(answer));
    target = /^<(\/[^>]*)>; rel="next"$/.exec(answer.header('link') ?? '')?.[1];
    assert.equal(target !== undefined, answer.header('link') !== undefined);
    assert.ok(pages.length < 50, 'the pages do not end');
  }
  return pages;
}

test('pages by n lead to each once, with the filter kept', async () => {
  const referrers = Array.from({ length: 7 }, (_, seed) =>
    buildReferrer(subject, { seed, artifactType: seed % 2 === 0 ? sbom : signature }),
  );
  for (const referrer of referrers) await pushImage(server, 'pages', referrer);
  const digests = referrers.map(({ manifest }) => manifest.digest).toSorted();
  const pages = await follow('pages', '?n=3');
  assert.deepEqual(
    pages.map((page) => page.length),
    [3, 3, 1],
  );
  assert.deepEqual(pages.flat(), digests);
  const filtered = await follow('pages', `?n=1&artifactType=${encodeURIComponent(sbom)}`);
  assert.deepEqual(
    filtered.map((page) => page.length),
    [1, 1, 1, 1],
  );
});

test('annotations that would make an answer of more than 4 MiB → several pages', async () => {
  const pad = 'x'.repeat(1_500_000);
  const referrers = Array.from({ length: 4 }, (_, seed) =>
    buildReferrer(subject, { seed, annotations: { pad } }),
  );
  for (const referrer of referrers) await pushImage(server, 'fat', referrer);
  const first = await list('fat');
  assert.ok(first.body.byteLength < 4 * 1024 * 1024);
  const pages = await follow('fat', '');
  assert.ok(pages.length > 1);
  assert.deepEqual(pages.flat(), referrers.map(({ manifest }) => manifest.digest).toSorted());
});

const tagged = (manifests: readonly BuiltManifest[], fields = {}) =>
  buildIndex([], { manifests: manifests.map((manifest) => ({ ...descriptorOf(manifest), ...fields })) });

test('what clients noted under the fallback tag is listed too, once, unless it was deleted', async () => {
  const old = buildImage({ seed: 21 });
  const both = buildReferrer(subject, { seed: 22, artifactType: sbom });
  const gone = buildImage({ seed: 23 });
  for (const one of [old, both, gone]) await pushImage(server, 'fallback', one);
  await ask(server, `DELETE /v2/fallback/manifests/${gone.manifest.digest}`);
  const index = tagged([old.manifest, both.manifest, gone.manifest], { artifactType: sbom });
  assert.equal((await putManifest(server, 'fallback', index, referrersTag(subject.digest))).status, 201);

  const expected = [old.manifest.digest, both.manifest.digest].toSorted();
  assert.deepEqual(digestsOf(await list('fallback')), expected);
  // What the manifest itself says wins over what somebody noted about it.
  assert.deepEqual(digestsOf(await list('fallback', `?artifactType=${sbom}`)), [both.manifest.digest]);
  assert.deepEqual(digestsOf(await list('fallback', `?artifactType=${signature}`)), []);
  const own = manifestsOf(await list('fallback')).find(({ digest }) => digest === both.manifest.digest);
  assert.deepEqual(own?.annotations, { 'example.seed': '22' });
  assert.deepEqual((await follow('fallback', '?n=1')).flat(), expected);
});

test('a fallback tag that points at an image, or names nothing that is here, does no harm', async () => {
  const image = buildImage({ seed: 31 });
  await pushImage(server, 'odd', image, referrersTag(subject.digest));
  assert.deepEqual(digestsOf(await list('odd')), []);
  await putManifest(server, 'odd', tagged([buildImage({ seed: 32 }).manifest]), referrersTag(subject.digest));
  assert.deepEqual(digestsOf(await list('odd')), []);
});

test('referrers with megabytes of annotations come a page at a time, and hold up nobody else', async () => {
  const large = { 'example.text': 'x'.repeat(2 * 1024 * 1024) };
  const referrers = [41, 42, 43].map((seed) =>
    buildReferrer(subject, { seed, artifactType: sbom, annotations: large }),
  );
  for (const one of referrers) await pushImage(server, 'large', one);
  const pages = await follow('large', '');
  assert.deepEqual(
    pages.map((page) => page.length),
    [1, 1, 1],
  );
  assert.deepEqual(pages.flat(), referrers.map((one) => one.manifest.digest).toSorted());
});
