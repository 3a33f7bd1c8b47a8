import assert from 'node:assert/strict';
import { test } from 'node:test';
import { claimMatches } from './claim-pattern.ts';

const cases: readonly [pattern: string, value: unknown, matches: boolean][] = [
  ['repo:acme/app:ref:refs/heads/main', 'repo:acme/app:ref:refs/heads/main', true],
  ['repo:acme/app', 'repo:acme/app-evil', false],
  ['repo:acme/app', 'xrepo:acme/app', false],
  ['repo:acme/app:*', 'repo:acme/app-evil:pull_request', false],
  ['repo:acme/app:*', 'repo:acme/app:pull_request', true],
  // What whoever writes this must know.
  ['repo:acme/app*', 'repo:acme/app-evil', true],
  ['repo:acme/app*', 'repo:acme/app:ref:refs/heads/main', false],
  ['repo:acme/app*', 'repo:acme/app/x', false],
  ['repo:acme/*:ref:refs/heads/main', 'repo:acme/app:ref:refs/heads/main', true],
  ['repo:acme/*:ref:refs/heads/main', 'repo:acme/x:ref:y:ref:refs/heads/main', false],
  ['repo:*/app:ref:refs/heads/main', 'repo:acme/evil/app:ref:refs/heads/main', false],
  ['repo:acme/app:ref:refs/heads/*', 'repo:acme/app:ref:refs/heads/a/b', false],
  ['repo:acme/app:ref:refs/heads/**', 'repo:acme/app:ref:refs/heads/a/b', true],
  ['**', '', true],
  ['*', '', true],
  ['a*c', 'ac', true],
  ['a.c', 'abc', false],
  ['a', 'A', false],
  ['main', 'main\n', false],
  ['a**b**c', 'a:/b:/c', true],
  ['a**b**c', 'a:/c:/b', false],
  ['true', true, true],
  ['7', 7, true],
  ['b', ['a', 'b'], true],
  ['b', ['a', ['b']], false],
  ['b', { b: 'b' }, false],
  ['**', undefined, false],
  ['**', null, false],
  ['[object Object]', {}, false],
  [`${'*a'.repeat(249)}b`, 'a'.repeat(2_000), false],
  ['**', 'a'.repeat(2_001), false],
  [`${'a*'.repeat(10)}`, 'a'.repeat(2_000), true],
  // More wildcards than any rule needs.
  [`${'a*'.repeat(11)}`, 'a'.repeat(2_000), false],
  ['***', 'a/b', true],
];
for (const [pattern, value, matches] of cases) {
  test(`${pattern.slice(0, 40)} ${matches ? 'means' : 'does not mean'} ${JSON.stringify(value)?.slice(0, 40)}`, () => {
    assert.equal(claimMatches(pattern, value), matches);
  });
}
