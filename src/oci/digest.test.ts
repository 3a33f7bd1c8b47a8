import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { algorithmOf, digestAlgorithms, digestFromHash, digestOf, hexOf, parseDigest } from './index.ts';
import { accepts } from './testing/accepts.ts';

const hex64 = '0123456789abcdef'.repeat(4);

const refused: [title: string, text: string][] = [
  ['empty', ''],
  ['no algorithm', hex64],
  ['an empty algorithm', `:${hex64}`],
  ['upper-case hex', `sha256:${hex64.toUpperCase()}`],
  ['an upper-case algorithm', `SHA256:${hex64}`],
  ['one digit too few', `sha256:${hex64.slice(1)}`],
  ['one digit too many', `sha256:${hex64}0`],
  ['sha512 with the length of sha256', `sha512:${hex64}`],
  ['a line break at the end', `sha256:${hex64}\n`],
  ['a line break in place of a digit', `sha256:${hex64.slice(1)}\n`],
  ['a path', `sha256:${'../'.repeat(21)}a`],
  ['an inherited property as algorithm', `constructor:${hex64}`],
  ['digits that are not ASCII', `sha256:${'٣'.repeat(64)}`],
];

for (const [title, text] of refused) {
  test(`parseDigest refuses ${title}`, () => {
    assert.throws(() => parseDigest(text), { name: 'OciError', code: 'DIGEST_INVALID' });
  });
}

test('parseDigest names an algorithm it does not support', () => {
  assert.throws(() => parseDigest(`blake3:${hex64}`), /"blake3" is not supported; use sha256 or sha512/);
});

test('parseDigest repeats no more than a little of a long text', () => {
  assert.throws(
    () => parseDigest(`sha256:${'x'.repeat(1_000_000)}`),
    (error: Error) => error.message.length < 300,
  );
});

test('digestOf hashes as node:crypto does', () => {
  fc.assert(
    fc.property(fc.constantFrom(...digestAlgorithms), fc.uint8Array(), (algorithm, bytes) => {
      const hex = createHash(algorithm).update(bytes).digest('hex');
      assert.equal(digestOf(algorithm, bytes), `${algorithm}:${hex}`);
    }),
  );
});

test('parseDigest undoes algorithmOf and hexOf', () => {
  fc.assert(
    fc.property(fc.constantFrom(...digestAlgorithms), fc.uint8Array(), (algorithm, bytes) => {
      const digest = digestOf(algorithm, bytes);
      assert.equal(algorithmOf(digest), algorithm);
      assert.equal(digestFromHash(algorithmOf(digest), hexOf(digest)), digest);
      assert.equal(parseDigest(digest), digest);
    }),
  );
});

test('digestFromHash refuses a hash of another length', () => {
  assert.throws(() => digestFromHash('sha512', hex64), { code: 'DIGEST_INVALID' });
});

test('parseDigest accepts exactly algorithm, colon and the right number of lower-case hex digits', () => {
  const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 62, maxLength: 66 });
  const odd = fc.string({ unit: fc.constantFrom(...'0af:AFg'), minLength: 64, maxLength: 64 });
  const algorithm = fc.constantFrom('sha256', 'sha512', 'sha384', '');
  fc.assert(
    fc.property(
      algorithm,
      fc.constantFrom(':', '', '::'),
      fc.oneof(hex, odd),
      fc.boolean(),
      (name, colon, end, twice) => {
        const digits = twice ? end + end : end;
        const expected =
          colon === ':' &&
          ((name === 'sha256' && digits.length === 64) || (name === 'sha512' && digits.length === 128)) &&
          [...digits].every((digit) => '0123456789abcdef'.includes(digit));
        assert.equal(
          accepts('DIGEST_INVALID', () => parseDigest(name + colon + digits)),
          expected,
        );
      },
    ),
    { numRuns: 500 },
  );
});
