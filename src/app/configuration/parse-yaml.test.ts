import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ParsedYaml, parseYaml } from './parse-yaml.ts';
import type { Tree } from './tree.ts';

const parse = (text: string): ParsedYaml => parseYaml(text, (line) => `file c.yml:${line}`);

/** The tree as plain data, each scalar with its line. */
function outline(tree: Tree): unknown {
  if (tree.kind === 'scalar') return `${tree.isNull ? '(none)' : tree.text}@${tree.origin.split(':').at(-1)}`;
  if (tree.kind === 'list') return tree.items.map(outline);
  return Object.fromEntries([...tree.entries].map(([name, value]) => [name, outline(value)]));
}

function outlineOf(text: string): unknown {
  const parsed = parse(text);
  assert.ok('tree' in parsed, JSON.stringify(parsed));
  return outline(parsed.tree);
}

test('values keep their text and line', () => {
  assert.deepEqual(outlineOf('a: 0123\nb:\n  c: "x y"\n  d: [1, yes]\n'), {
    a: '0123@1',
    b: { c: 'x y@3', d: ['1@4', 'yes@4'] },
  });
});

test('nothing, null, ~ and an empty text are null, on the line of their key', () => {
  assert.deepEqual(outlineOf('a:\nb: null\nc: ~\nd: ""\ne: "null"\n'), {
    a: '(none)@1',
    b: '(none)@2',
    c: '(none)@3',
    d: '(none)@4',
    e: 'null@5',
  });
});

test('aliases and merges are resolved, own keys first', () => {
  assert.deepEqual(outlineOf('base: &b {x: 1, y: 2}\none: *b\ntwo:\n  <<: *b\n  y: 3\n'), {
    base: { x: '1@1', y: '2@1' },
    one: { x: '1@1', y: '2@1' },
    two: { x: '1@1', y: '3@5' },
  });
});

test('an empty document is null', () => assert.equal(outlineOf('# nothing\n'), '(none)@1'));

const refused: [what: string, text: string, line: number, reason: RegExp][] = [
  ['a tab as indentation', 'a:\n\tb: 1\n', 2, /tab/],
  ['the same key twice', 'a: 1\nb: 2\na: 3\n', 3, /same key twice/],
  ['two documents', 'a: 1\n---\nb: 2\n', 2, /more than one/],
  ['a broken flow list', 'a: 1\nb: [1, 2\n', 3, /not valid YAML/],
  ['a reserved character', 'a: @b\n', 1, /quotes/],
  ['an alias without anchor', 'a: 1\nb: *c\n', 2, /anchor/],
  ['an alias that contains itself', 'a: &a\n  b: *a\n', 2, /itself/],
  ['a list as a key', '[a, b]: 1\n', 1, /as a key/],
  ['deep nesting', `a: ${'['.repeat(60)}${']'.repeat(60)}\n`, 1, /too deeply/],
  ['very deep nesting', `a: ${'['.repeat(100_000)}`, 1, /too deeply|not valid/],
  ['more than 1 MiB', `a: ${'x'.repeat(1_048_577)}`, 1, /1 MiB/],
];

for (const [what, text, line, reason] of refused) {
  test(`${what} is refused with its line`, () => {
    const parsed = parse(text);
    assert.ok('reason' in parsed);
    assert.equal(parsed.line, line);
    assert.match(parsed.reason, reason);
  });
}

test('aliases that multiply are refused before they fill the memory', () => {
  const levels = Array.from(
    { length: 12 },
    (_, i) => `l${i}: &l${i} [${Array(10).fill(i === 0 ? 'x' : `*l${i - 1}`)}]`,
  );
  const parsed = parse(levels.join('\n'));
  assert.ok('reason' in parsed);
  assert.match(parsed.reason, /too many values/);
});

test('a refusal never quotes the text', () => {
  for (const text of ['a: {hunter2', '"\\hunter2"', 'hunter2: x: y', 'a: *hunter2', '- a\nhunter2: b']) {
    const parsed = parse(text);
    assert.ok('reason' in parsed, text);
    assert.ok(!parsed.reason.includes('hunter2'), parsed.reason);
  }
});
