import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readDescriptor } from './descriptor.ts';
import { accepts } from './testing/accepts.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const descriptor = { mediaType: 'a/b', digest, size: 2 };
const read = (change: object) => readDescriptor({ ...descriptor, ...change }, 'config');

test('readDescriptor reads media type, digest and size', () => {
  assert.deepEqual(read({}), {
    mediaType: 'a/b',
    digest,
    sizeBytes: 2,
    artifactType: undefined,
    annotations: undefined,
    urls: undefined,
    platform: undefined,
  });
});

test('readDescriptor takes null and an empty text for absent', () => {
  const change = { artifactType: '', annotations: null, urls: null, platform: null };
  assert.deepEqual(read(change), read({}));
});

test('readDescriptor reads what a platform says and misses nothing that it does not', () => {
  assert.deepEqual(read({ platform: { os: 'windows', 'os.version': '10', 'os.features': ['x'] } }).platform, {
    os: 'windows',
    architecture: undefined,
    variant: undefined,
    osVersion: '10',
  });
});

const refused: [title: string, change: object, message: RegExp][] = [
  ['no mediaType', { mediaType: undefined }, /^config\.mediaType is missing/],
  ['an empty mediaType', { mediaType: '' }, /^config\.mediaType is missing/],
  ['a mediaType that is no text', { mediaType: 1 }, /^config\.mediaType must be a string/],
  ['no digest', { digest: undefined }, /^config\.digest is missing/],
  ['a digest that is not one', { digest: 'sha256:X' }, /^config\.digest: "sha256:X" is not a digest/],
  ['a digest that is no text', { digest: [digest] }, /^config\.digest must be a string/],
  ['no size', { size: undefined }, /^config\.size must be/],
  ['a size below 0', { size: -1 }, /^config\.size must be/],
  ['a size with a fraction', { size: 1.5 }, /^config\.size must be/],
  ['a size as text', { size: '2' }, /^config\.size must be/],
  ['a size of 2^53', { size: 2 ** 53 }, /^config\.size must be/],
  ['a size without end', { size: Infinity }, /^config\.size must be/],
  ['annotations that are no object', { annotations: [] }, /^config\.annotations must be an object/],
  ['an annotation that is no text', { annotations: { a: 1 } }, /^config\.annotations has a value/],
  ['urls that are no array', { urls: 'a' }, /^config\.urls must be an array/],
  ['a url that is no text', { urls: [1] }, /^config\.urls must be a string/],
  ['a platform that is no object', { platform: 'linux' }, /^config\.platform must be an object/],
  ['an os that is no text', { platform: { os: 1 } }, /^config\.platform\.os must be a string/],
  ['a second spelling of digest', { DIGEST: digest }, /^config has the field "DIGEST"; write it as "digest"/],
  ['a long s for an s', { ſize: 1 }, /^config has the field "ſize"; write it as "size"/],
  [
    'a second spelling of os',
    { platform: { os: 'linux', OS: 'windows' } },
    /^config\.platform has the field "OS"/,
  ],
];

for (const [title, change, message] of refused) {
  test(`readDescriptor refuses ${title}`, () => {
    assert.throws(() => read(change), { name: 'OciError', code: 'MANIFEST_INVALID', message });
  });
}

test('readDescriptor throws nothing but MANIFEST_INVALID', () => {
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.constantFrom(...Object.keys(descriptor), 'platform', 'urls'),
      (value, field) => {
        accepts('MANIFEST_INVALID', () => readDescriptor(value, 'config'));
        accepts('MANIFEST_INVALID', () => read({ [field]: value }));
      },
    ),
  );
});
