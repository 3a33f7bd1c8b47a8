import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { digestAlgorithms, digestOf, hexOf, parseDigest, referrersTag } from './index.ts';

test('referrersTag of sha256 is the whole digest with a hyphen', () => {
  assert.equal(referrersTag(parseDigest(`sha256:${'a'.repeat(64)}`)), `sha256-${'a'.repeat(64)}`);
});

test('referrersTag of sha512 cuts the hex to 64 digits', () => {
  assert.equal(referrersTag(parseDigest(`sha512:${'ab'.repeat(64)}`)), `sha512-${'ab'.repeat(32)}`);
});

test('referrersTag is a tag that begins with the algorithm and the hex', () => {
  fc.assert(
    fc.property(fc.constantFrom(...digestAlgorithms), fc.uint8Array(), (algorithm, bytes) => {
      const digest = digestOf(algorithm, bytes);
      assert.equal(referrersTag(digest), `${algorithm}-${hexOf(digest).slice(0, 64)}`);
    }),
  );
});
