import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseRepositoryName } from './index.ts';
import { accepts } from './testing/accepts.ts';

const accepted = [
  'a',
  '0',
  'team/app',
  'a.b',
  'a_b',
  'a__b',
  'a-b',
  'a-----b',
  'a/b/c/d',
  'manifests/tags/list',
  'x'.repeat(255),
];
const refused = [
  '',
  '/',
  'a/',
  '/a',
  'a//b',
  'A',
  'a.',
  '.a',
  'a..b',
  'a___b',
  'a._b',
  'a-_b',
  '_a',
  'a_',
  '-a',
  'a-',
  '.',
  '..',
  'a/../b',
  'a\0b',
  'a\n',
  'a b',
  'a%2fb',
  'a\\b',
  'ä',
  'a:b',
  '١',
  'x'.repeat(256),
];

for (const name of accepted) {
  test(`parseRepositoryName accepts ${name.slice(0, 20)} (${name.length})`, () => {
    assert.equal(parseRepositoryName(name), name);
  });
}

for (const name of refused) {
  test(`parseRepositoryName refuses ${JSON.stringify(name.slice(0, 20))} (${name.length})`, () => {
    assert.throws(() => parseRepositoryName(name), { name: 'OciError', code: 'NAME_INVALID' });
  });
}

test('parseRepositoryName looks at no more than 255 characters of a hostile name', () => {
  assert.throws(() => parseRepositoryName('a-'.repeat(5_000_000)), /longer than 255/);
});

test('parseRepositoryName accepts exactly the grammar of the specification', () => {
  const component = '[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*';
  const grammar = new RegExp(`^${component}(/${component})*$`);
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'aa0..__--//A'), maxLength: 12 }), (name) => {
      assert.equal(
        accepts('NAME_INVALID', () => parseRepositoryName(name)),
        grammar.test(name),
      );
    }),
    { numRuns: 5000 },
  );
});

test('parseRepositoryName throws nothing else on any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      accepts('NAME_INVALID', () => parseRepositoryName(name));
    }),
  );
});
