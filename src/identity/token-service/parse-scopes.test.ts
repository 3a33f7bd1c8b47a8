import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseScopes } from './parse-scopes.ts';

const understood: readonly [title: string, parameters: readonly string[], scopes: readonly string[]][] = [
  ['one', ['repository:a/b:pull'], ['repository:a/b:pull']],
  [
    'several parameters',
    ['repository:a:pull', 'repository:b:push'],
    ['repository:a:pull', 'repository:b:push'],
  ],
  ['several in one', ['repository:a:pull repository:b:push'], ['repository:a:pull', 'repository:b:push']],
  ['one name twice', ['repository:a:pull', 'repository:a:push,pull'], ['repository:a:pull,push']],
  ['a class', ['repository(plugin):a/b:pull'], ['repository:a/b:pull']],
  ['all actions', ['repository:a:*'], ['repository:a:*']],
  [
    'a host with a port',
    ['repository:localhost:5000/a/b:push,pull'],
    ['repository:localhost:5000/a/b:push,pull'],
  ],
  ['an address with a port', ['repository:[::1]:5000/a:pull'], ['repository:[::1]:5000/a:pull']],
  ['the catalog', ['registry:catalog:*', 'registry:catalog:search'], ['registry:catalog:*,search']],
  ['unknown actions', ['repository:a:pull,administer,settings'], ['repository:a:pull']],
  ['spaces', [' repository:a:pull  '], ['repository:a:pull']],
];

for (const [title, parameters, scopes] of understood) {
  test(`scopes are understood with ${title}`, () => {
    const parsed = parseScopes(parameters);
    assert.deepEqual(
      parsed.map(({ type, name, actions }) => `${type}:${name}:${actions.join(',')}`),
      scopes,
    );
  });
}

const dropped = [
  ...['', ':', '::', 'repository', 'repository:a', 'repository::pull', 'repository:a:', 'repository:a:fly'],
  ...[
    'namespace:a:create',
    'system:lading:administer',
    'account:ann:manage',
    'registry:other:*',
    'registry:catalog:pull',
  ],
  ...[
    'repository:Foo/Bar:pull',
    'repository:../a:pull',
    'repository:a//b:pull',
    'repository:a b:pull',
    'repository:*:pull',
  ],
  ...['repository:host:99999999/a:pull', 'repository:a:b:c:pull', 'repository:host:5000/other:6000/a:pull'],
  ...['Repository:a:pull', 'repository(PLUGIN):a:pull', 'repository(a)(b):a:pull', '__proto__:a:pull'],
];

test('what is not understood is left out, and what stands beside it is not', () => {
  for (const scope of dropped) {
    const [only, ...others] = parseScopes([scope, 'repository:ok/ok:pull']).filter(
      ({ name }) => name !== 'b',
    );
    assert.deepEqual([only?.name, others.length], ['ok/ok', 0], scope);
  }
});

test('with a host and a port, the rights are those of the name without them', () => {
  const [scope] = parseScopes(['repository:registry.example:5000/team/app:pull,push']);
  assert.equal(scope?.name, 'registry.example:5000/team/app');
  assert.equal(scope?.resource, 'team/app');
});

test('a hundred names are enough', () => {
  const many = Array.from({ length: 5000 }, (_, index) => `repository:a${index}:pull`);
  assert.equal(parseScopes([many.join(' ')]).length, 100);
});

test('no text throws, and whatever comes out is well-formed', () => {
  const nearly = fc
    .tuple(fc.constantFrom('repository', 'registry', 'x'), fc.string(), fc.string())
    .map((parts) => parts.join(':'));
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), nearly)), (parameters) => {
      for (const { resource, actions } of parseScopes(parameters)) {
        assert.match(resource, /^[a-z0-9][a-z0-9._/-]*$/);
        assert.ok(actions.length > 0);
      }
    }),
  );
});
