import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OciError, parseReference } from './index.ts';

const digest = `sha256:${'0'.repeat(64)}`;

test('parseReference takes a text without a colon for a tag', () => {
  assert.deepEqual(parseReference('1.0'), { kind: 'tag', tag: '1.0' });
});

test('parseReference takes a text with a colon for a digest', () => {
  assert.deepEqual(parseReference(digest), { kind: 'digest', digest });
});

for (const text of ['sha256:xyz', 'latest:1', `${digest}0`, ':', `md5:${'0'.repeat(32)}`]) {
  test(`parseReference refuses ${text.slice(0, 20)} as an ill-formed digest, not as a tag`, () => {
    assert.throws(() => parseReference(text), { code: 'DIGEST_INVALID' });
  });
}

test('parseReference refuses an ill-formed tag', () => {
  assert.throws(() => parseReference('..'), { code: 'TAG_INVALID' });
});

test('parseReference gives back the text it was given, or an OciError', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.constant(digest)), (text) => {
      try {
        const reference = parseReference(text);
        assert.equal(reference.kind === 'tag' ? reference.tag : reference.digest, text);
      } catch (error) {
        assert.ok(error instanceof OciError);
      }
    }),
  );
});
