import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mediaTypes, parseManifest } from './index.ts';
import { accepts } from './testing/accepts.ts';

const { ociManifest, ociIndex, dockerManifest, dockerManifestList, dockerSchema1, dockerSchema1Signed } =
  mediaTypes;
const configType = 'application/vnd.oci.image.config.v1+json';

const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const config = { mediaType: configType, digest: digest('a'), size: 2 };
const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: digest('b'), size: 0 };
const child = { mediaType: ociManifest, digest: digest('c'), size: 500 };
const image = { schemaVersion: 2, mediaType: ociManifest, config, layers: [layer] };
const index = { schemaVersion: 2, mediaType: ociIndex, manifests: [child] };
const read = (body: unknown, contentType?: string) => parseManifest(encode(body), contentType);

const absent = { artifactType: undefined, annotations: undefined, urls: undefined, platform: undefined };

test('parseManifest reads an image', () => {
  assert.deepEqual(read(image, ociManifest), {
    mediaType: ociManifest,
    kind: 'image',
    schemaVersion: 2,
    artifactType: configType,
    subject: undefined,
    annotations: undefined,
    config: { mediaType: configType, digest: digest('a'), sizeBytes: 2, ...absent },
    layers: [{ mediaType: layer.mediaType, digest: digest('b'), sizeBytes: 0, ...absent }],
    manifests: [],
  });
});

test('parseManifest reads an index', () => {
  const platform = {
    os: 'linux',
    architecture: 'arm',
    variant: 'v7',
    'os.version': '1',
    'os.features': ['x'],
  };
  const annotations = { 'vnd.docker.reference.type': 'attestation-manifest' };
  const manifests = [
    { ...child, platform, annotations, urls: ['https://a/b'], artifactType: 'a/b', data: 'e30=' },
  ];
  assert.deepEqual(read({ ...index, manifests, annotations: { a: 'b' } }, ociIndex), {
    mediaType: ociIndex,
    kind: 'index',
    schemaVersion: 2,
    artifactType: undefined,
    subject: undefined,
    annotations: { a: 'b' },
    config: undefined,
    layers: [],
    manifests: [
      {
        mediaType: ociManifest,
        digest: digest('c'),
        sizeBytes: 500,
        artifactType: 'a/b',
        annotations,
        urls: ['https://a/b'],
        platform: { os: 'linux', architecture: 'arm', variant: 'v7', osVersion: '1' },
      },
    ],
  });
});

test('parseManifest reads a subject', () => {
  for (const body of [image, index]) {
    assert.equal(read({ ...body, subject: child }).subject?.digest, digest('c'));
  }
});

const artifactTypes: [title: string, body: object, expected: string | undefined][] = [
  ['an image is its own', { ...image, artifactType: 'a/b' }, 'a/b'],
  ['an image without one is that of its config', image, configType],
  ['an image with an empty one is that of its config', { ...image, artifactType: '' }, configType],
  ['an index is its own', { ...index, artifactType: 'a/b' }, 'a/b'],
  ['an index without one is left out', index, undefined],
  ['an index with an empty one is left out', { ...index, artifactType: '' }, undefined],
];

for (const [title, body, expected] of artifactTypes) {
  test(`the artifactType of ${title}`, () => assert.equal(read(body).artifactType, expected));
}

const { mediaType: _image, ...untypedImage } = image;
const { mediaType: _index, ...untypedIndex } = index;

const accepted: [title: string, body: unknown, contentType: string | undefined, mediaType: string][] = [
  ['a Docker manifest', { ...image, mediaType: dockerManifest }, dockerManifest, dockerManifest],
  [
    'a Docker manifest list',
    { ...index, mediaType: dockerManifestList },
    dockerManifestList,
    dockerManifestList,
  ],
  ['a Content-Type with parameters', image, `${ociManifest}; charset=utf-8`, ociManifest],
  ['no Content-Type', index, undefined, ociIndex],
  ['an empty Content-Type', image, '', ociManifest],
  ['an OCI image without mediaType', untypedImage, ociManifest, ociManifest],
  ['an OCI index without mediaType', untypedIndex, ociIndex, ociIndex],
  ['an image told by its shape', untypedImage, undefined, ociManifest],
  ['an index told by its shape', untypedIndex, undefined, ociIndex],
  ['no layers', { ...image, layers: [] }, ociManifest, ociManifest],
  ['layers as Go writes an empty list', { ...image, layers: null }, ociManifest, ociManifest],
  ['no manifests', { ...index, manifests: [] }, ociIndex, ociIndex],
  ['manifests as Go writes an empty list', { ...index, manifests: null }, ociIndex, ociIndex],
  ['an index of blobs (old buildkit cache)', { ...index, manifests: [layer] }, ociIndex, ociIndex],
  ['unknown fields', { ...image, x: { y: [1] }, config: { ...config, z: null } }, ociManifest, ociManifest],
  ['a data field', { ...image, config: { ...config, data: 'e30=' } }, ociManifest, ociManifest],
  ['optional fields as null', { ...image, subject: null, annotations: null }, ociManifest, ociManifest],
  [
    'a sha512 digest',
    { ...index, manifests: [{ ...child, digest: `sha512:${'0'.repeat(128)}` }] },
    ociIndex,
    ociIndex,
  ],
];

for (const [title, body, contentType, mediaType] of accepted) {
  test(`parseManifest accepts ${title}`, () => assert.equal(read(body, contentType).mediaType, mediaType));
}

const refused: [title: string, body: unknown, contentType: string | undefined, message: RegExp][] = [
  ['another mediaType than Content-Type', image, dockerManifest, /manifest\.v1\+json".*manifest\.v2\+json"/],
  ['another case of the Content-Type', image, ociManifest.toUpperCase(), /Content-Type/],
  ['an unknown Content-Type', untypedImage, 'application/json', /"application\/json" are not accepted/],
  ['an unknown mediaType', { ...image, mediaType: 'a/b' }, undefined, /"a\/b" are not accepted/],
  ['schema 1 by Content-Type', untypedImage, dockerSchema1Signed, /schema 1 .* push the image again/],
  ['schema 1 by mediaType', { ...image, mediaType: dockerSchema1 }, undefined, /schema 1/],
  ['schema 1 by schemaVersion', { schemaVersion: 1, fsLayers: [] }, undefined, /schema 1/],
  ['a Docker manifest without mediaType', untypedImage, dockerManifest, /must say so in its mediaType/],
  ['a Docker list without mediaType', untypedIndex, dockerManifestList, /must say so in its mediaType/],
  ['an image with manifests', { ...image, manifests: [] }, ociManifest, /two different things/],
  ['an index with layers', { ...index, layers: [] }, ociIndex, /two different things/],
  ['an index with a config', { ...index, config }, ociIndex, /two different things/],
  ['both shapes and no type', { ...untypedImage, manifests: [] }, undefined, /two different things/],
  ['an image pushed as an index', untypedImage, ociIndex, /two different things/],
  ['neither shape', { schemaVersion: 2 }, undefined, /must have a config/],
  ['an image without config', { ...image, config: null }, ociManifest, /must have a config/],
  ['an image without layers', { ...image, layers: undefined }, ociManifest, /must have layers/],
  ['an index without manifests', { ...index, manifests: undefined }, ociIndex, /must have manifests/],
  ['layers that are no array', { ...image, layers: {} }, ociManifest, /layers must be an array/],
  ['a layer that is null', { ...image, layers: [layer, null] }, ociManifest, /layers\[1\] is missing/],
  ['a config that is an array', { ...image, config: [] }, ociManifest, /config must be an object/],
  ['schemaVersion 3', { ...image, schemaVersion: 3 }, ociManifest, /schemaVersion must be 2/],
  ['schemaVersion as text', { ...image, schemaVersion: '2' }, ociManifest, /schemaVersion must be 2/],
  ['a mediaType that is no text', { ...image, mediaType: 2 }, ociManifest, /mediaType must be a string/],
  [
    'annotations that are no text',
    { ...image, annotations: { a: 1 } },
    ociManifest,
    /annotations has a value/,
  ],
  [
    'a subject that is no object',
    { ...image, subject: digest('a') },
    ociManifest,
    /subject must be an object/,
  ],
  [
    'a second spelling of config',
    { ...image, Config: config },
    ociManifest,
    /"Config"; write it as "config"/,
  ],
  ['a long s for an s', { ...image, layerſ: [] }, ociManifest, /write it as "layers"/],
  ['another spelling of manifests', { ...image, MANIFESTS: [] }, ociManifest, /write it as "manifests"/],
  ['a config that is no descriptor', { ...image, config: {} }, ociManifest, /config\.mediaType is missing/],
  [
    'a layer that is none',
    { ...image, layers: [layer, {}] },
    ociManifest,
    /layers\[1\]\.mediaType is missing/,
  ],
  [
    'a manifest that is none',
    { ...index, manifests: [{}] },
    ociIndex,
    /manifests\[0\]\.mediaType is missing/,
  ],
  ['an array', [], undefined, /must be an object/],
  ['null', null, undefined, /must be an object/],
  ['text', 'text', undefined, /must be an object/],
];

for (const [title, body, contentType, message] of refused) {
  test(`parseManifest refuses ${title}`, () => {
    assert.throws(() => read(body, contentType), { name: 'OciError', code: 'MANIFEST_INVALID', message });
  });
}

test('parseManifest refuses a manifest that has a key twice', () => {
  const text = JSON.stringify(image).replace('{', '{"config":{},');
  assert.throws(
    () => parseManifest(new TextEncoder().encode(text), ociManifest),
    /the key "config" is there twice/,
  );
});

test('parseManifest takes no field from __proto__', () => {
  const text = `{"schemaVersion":2,"__proto__":${JSON.stringify(image)}}`;
  assert.throws(() => parseManifest(new TextEncoder().encode(text), ociManifest), /must have a config/);
});

test('parseManifest takes 10,000 references, config and subject counted, and no more', () => {
  const layers = (length: number) => ({ ...image, subject: child, layers: Array(length).fill(layer) });
  assert.equal(read(layers(9_998)).layers.length, 9_998);
  assert.throws(() => read(layers(9_999)), {
    code: 'MANIFEST_INVALID',
    message: /10001 objects; the limit is 10000/,
  });
  assert.throws(() => read({ ...index, manifests: Array(10_001).fill(child) }), /the limit is 10000/);
});

test('parseManifest throws nothing but MANIFEST_INVALID, and what it accepts is one thing only', () => {
  const anything = fc.oneof(fc.constant(undefined), fc.jsonValue({ maxDepth: 2 }));
  const maybe = (value: unknown) => fc.oneof(fc.constant(value), fc.constant(undefined), anything);
  const contentType = fc.constantFrom(
    undefined,
    ociManifest,
    ociIndex,
    dockerManifest,
    dockerManifestList,
    'a/b',
  );
  const body = fc.record({
    schemaVersion: fc.constantFrom(2, 2, 2, 1, '2'),
    mediaType: fc.oneof(contentType, anything),
    config: maybe(config),
    layers: maybe([layer]),
    manifests: maybe([child]),
    subject: maybe(child),
    artifactType: maybe('a/b'),
    annotations: maybe({ a: 'b' }),
  });
  fc.assert(
    fc.property(body, contentType, (fields, header) => {
      if (!accepts('MANIFEST_INVALID', () => read(fields, header))) return;
      const manifest = read(fields, header);
      assert.ok(header === undefined || header === manifest.mediaType);
      assert.ok(
        fields.mediaType === undefined || !fields.mediaType || fields.mediaType === manifest.mediaType,
      );
      assert.equal(manifest.kind === 'image', manifest.config !== undefined);
      assert.equal(manifest.kind === 'image' ? manifest.manifests.length : manifest.layers.length, 0);
    }),
    { numRuns: 2000 },
  );
});

test('parseManifest throws nothing but MANIFEST_INVALID on any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.option(fc.string(), { nil: undefined }), (bytes, header) => {
      assert.equal(
        accepts('MANIFEST_INVALID', () => parseManifest(bytes, header)),
        false,
      );
    }),
  );
});

test('parseManifest keeps every descriptor it accepts', () => {
  const descriptor = fc.record({
    mediaType: fc.string({ minLength: 1 }),
    digest: fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 }),
    size: fc.maxSafeNat(),
  });
  fc.assert(
    fc.property(fc.array(descriptor), (list) => {
      const layers = list.map((item) => ({ ...item, digest: `sha256:${item.digest}` }));
      const parsed = read({ ...image, layers }, ociManifest).layers;
      assert.deepEqual(
        parsed.map(({ mediaType, digest, sizeBytes }) => ({ mediaType, digest, size: sizeBytes })),
        layers,
      );
    }),
  );
});
