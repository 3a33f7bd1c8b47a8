import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseTag } from './index.ts';
import { accepts } from './testing/accepts.ts';

const accepted = ['latest', '1.0', '_', '_manifests', 'A-b_c.d', 'a..', 'x'.repeat(128)];
const refused = ['', '.', '..', '.a', '-a', 'a/b', 'a:b', 'a b', 'a\n', 'ä', 'a\0', 'x'.repeat(129)];

for (const tag of accepted) {
  test(`parseTag accepts ${tag.slice(0, 20)} (${tag.length})`, () => {
    assert.equal(parseTag(tag), tag);
  });
}

for (const tag of refused) {
  test(`parseTag refuses ${JSON.stringify(tag.slice(0, 20))} (${tag.length})`, () => {
    assert.throws(() => parseTag(tag), { name: 'OciError', code: 'TAG_INVALID' });
  });
}

test('parseTag accepts exactly what its alphabet allows', () => {
  const first = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_';
  const ascii = fc.constantFrom(...`${first}.-/:@ \n~`);
  fc.assert(
    fc.property(fc.string({ unit: ascii, maxLength: 4 }), (tag) => {
      const expected =
        tag !== '' && first.includes(tag.charAt(0)) && [...tag].every((c) => `${first}.-`.includes(c));
      assert.equal(
        accepts('TAG_INVALID', () => parseTag(tag)),
        expected,
      );
    }),
    { numRuns: 1000 },
  );
});
