import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { compilePattern, parseNamespacePattern } from './pattern.ts';

const part = fc.constantFrom('acme', 'app', 'a', 'b', 'x.y');
const name = fc.array(part, { minLength: 1, maxLength: 6 });
const pattern = fc.array(fc.oneof(part, fc.constantFrom('*', '**')), { minLength: 1, maxLength: 6 });

/** The definition, word by word: slow, and so not what is used. */
function matchesByDefinition(patternParts: readonly string[], parts: readonly string[]): boolean {
  const [first, ...rest] = patternParts;
  if (first === undefined) return parts.length === 0;
  if (parts.length === 0) return false;
  if (first === '**') {
    return parts.some((_, index) => matchesByDefinition(rest, parts.slice(index + 1)));
  }
  return (first === '*' || first === parts[0]) && matchesByDefinition(rest, parts.slice(1));
}

describe('patterns of repositories', () => {
  test('match as they are defined, whatever the pattern and the name', () => {
    fc.assert(
      fc.property(pattern, name, (patternParts, parts) => {
        const matches = compilePattern(patternParts.join('/')).matches(parts.join('/'));
        assert.equal(matches, matchesByDefinition(patternParts, parts));
      }),
      { numRuns: 3000 },
    );
  });

  for (const [text, matching, other] of [
    ['acme/**', ['acme/app', 'acme/a/b/c'], ['acme', 'acmeapp', 'acme2/app', 'other/acme/app']],
    ['acme/*', ['acme/app'], ['acme', 'acme/a/b', 'other/app']],
    ['acme/app', ['acme/app'], ['acme/app2', 'acme/app/x', 'acme']],
    ['acme/*/app', ['acme/x/app'], ['acme/app', 'acme/x/y/app']],
    ['acme/**/app', ['acme/x/app', 'acme/x/y/app'], ['acme/app', 'acme/x/app/y']],
    ['**', ['nginx', 'acme/app'], []],
  ] as const) {
    test(`${text} → ${matching.join(', ')}, and not ${other.join(', ')}`, () => {
      for (const one of matching) assert.ok(compilePattern(text).matches(one), one);
      for (const one of other) assert.ok(!compilePattern(text).matches(one), one);
    });
  }

  for (const text of [
    'acme',
    '**',
    '*/app',
    'other/app',
    'acme/',
    'acme//x',
    'acme/A',
    'acme/a*',
    'acme/../x',
    '',
  ]) {
    test(`"${text}" is no pattern of acme's repositories → 400`, () => {
      assert.throws(() => parseNamespacePattern(text, 'acme'), { code: 'invalid-request', status: 400 });
    });
  }

  test('a pattern that was made to be slow is not', () => {
    const slow = compilePattern(`acme${'/**/a'.repeat(40)}/b`);
    assert.equal(slow.matches(`acme${'/a'.repeat(120)}`), false);
  });
});
