import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchesIfNoneMatch, parseDigest } from './index.ts';

const digest = parseDigest(`sha256:${'a'.repeat(64)}`);
const other = `sha256:${'b'.repeat(64)}`;

const cases: [header: string | undefined, expected: boolean][] = [
  [undefined, false],
  ['', false],
  ['*', true],
  [' * ', true],
  [`"${digest}"`, true],
  [digest, true],
  [`W/"${digest}"`, true],
  [`"x", W/"${digest}"`, true],
  [`"${other}",${digest}`, true],
  [`"${other}"`, false],
  [`"${digest}`, false],
  [`${digest}"`, false],
  [`w/"${digest}"`, false],
  [`"*"`, false],
  [`"${digest.toUpperCase()}"`, false],
  [digest.slice(0, -1), false],
];

for (const [header, expected] of cases) {
  test(`If-None-Match ${header?.replaceAll(/[ab]{64}/g, (hex) => `${hex.slice(0, 3)}…`)} → ${expected}`, () => {
    assert.equal(matchesIfNoneMatch(header, digest), expected);
  });
}

test('If-None-Match without the digest in it never matches', () => {
  fc.assert(
    fc.property(fc.string(), (header) => {
      fc.pre(header.trim() !== '*');
      assert.equal(matchesIfNoneMatch(header, digest), false);
    }),
  );
});
