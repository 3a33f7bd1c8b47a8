import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isDistributable,
  isIndexMediaType,
  isManifestMediaType,
  mediaTypes,
  parseContentType,
} from './index.ts';

const kinds: [mediaType: string, isManifest: boolean, isIndex: boolean][] = [
  [mediaTypes.ociManifest, true, false],
  [mediaTypes.ociIndex, true, true],
  [mediaTypes.dockerManifest, true, false],
  [mediaTypes.dockerManifestList, true, true],
  [mediaTypes.dockerSchema1, false, false],
  [mediaTypes.dockerSchema1Signed, false, false],
  [mediaTypes.ociEmpty, false, false],
  ['application/json', false, false],
  ['', false, false],
  ['constructor', false, false],
];

for (const [mediaType, isManifest, isIndex] of kinds) {
  test(`${mediaType || 'no type'}: ${isIndex ? 'an index' : isManifest ? 'an image manifest' : 'not a manifest'}`, () => {
    assert.equal(isManifestMediaType(mediaType), isManifest);
    assert.equal(isIndexMediaType(mediaType), isIndex);
  });
}

const headers: [header: string, mediaType: string][] = [
  ['', ''],
  ['application/json', 'application/json'],
  ['application/json; charset=utf-8', 'application/json'],
  [' application/json\t;charset="a;b"', 'application/json'],
  ['Application/JSON', 'Application/JSON'],
  [';', ''],
];

for (const [header, mediaType] of headers) {
  test(`parseContentType reads ${JSON.stringify(header)} as ${JSON.stringify(mediaType)}`, () => {
    assert.equal(parseContentType(header), mediaType);
  });
}

const layers: [mediaType: string, expected: boolean][] = [
  ['application/vnd.oci.image.layer.v1.tar+gzip', true],
  ['application/vnd.docker.image.rootfs.diff.tar.gzip', true],
  ['application/octet-stream', true],
  ['application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', false],
  ['application/vnd.docker.image.rootfs.foreign.diff.tar', false],
  ['application/vnd.oci.image.layer.nondistributable.v1.tar', false],
  ['application/vnd.oci.image.layer.nondistributable.v1.tar+gzip', false],
  ['application/vnd.oci.image.layer.nondistributable.v1.tar+zstd', false],
];

for (const [mediaType, expected] of layers) {
  test(`a layer of type ${mediaType} is ${expected ? '' : 'not '}distributable`, () => {
    assert.equal(isDistributable({ mediaType }), expected);
  });
}
