import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseJsonStrictly } from './index.ts';
import { accepts } from './testing/accepts.ts';

const encode = (text: string) => new TextEncoder().encode(text);
const megabytes = 4 * 1024 * 1024;

const accepted = [
  '{}',
  '[]',
  'null',
  '"text"',
  ' {"a":[1,{"a":2},{"a":3}],"b":"a"}\n',
  '{"a":"\\"a\\":","\\"":1,"\\\\":2}',
  '{"a":{"a":{"a":{}}}}',
  '[{"a":1},{"a":1}]',
  '{"a":"a","b":"a"}',
  '{"":1," ":2}',
  '{"__proto__":1,"constructor":2,"toString":3}',
  '{"a":"\\ud800"}',
];

for (const text of accepted) {
  test(`parseJsonStrictly reads ${JSON.stringify(text)} as JSON.parse does`, () => {
    assert.deepEqual(parseJsonStrictly(encode(text)), JSON.parse(text));
  });
}

const refused: [title: string, bytes: Uint8Array | string, message: RegExp][] = [
  ['nothing', '', /not valid JSON/],
  ['two values', '{}{}', /not valid JSON/],
  ['a trailing comma', '{"a":1,}', /not valid JSON/],
  ['a comment', '{}//', /not valid JSON/],
  ['NaN', 'NaN', /not valid JSON/],
  ['an unfinished string', '{"a', /not valid JSON/],
  ['a string that ends in a backslash', '"a\\', /not valid JSON/],
  ['a control character in a string', '"\n"', /not valid JSON/],
  ['more closing than opening brackets', '[]]', /not valid JSON/],
  ['the same key twice', '{"a":1,"a":1}', /byte offset 7: the key "a" is there twice/],
  ['the same key twice, once escaped', '{"a":1,"\\u0061":1}', /byte offset 7: the key "a" is there twice/],
  ['the same key twice, far below', '[{"b":{"a":1,"c":[{}],"a":2}}]', /byte offset 22: the key "a"/],
  ['the same key twice after other objects', '{"a":[{"x":[]},{"x":{}}],"a":2}', /byte offset 25/],
  ['__proto__ twice', '{"__proto__":1,"__proto__":2}', /the key "__proto__" is there twice/],
  ['a key with a bad escape', '{"\\x":1}', /byte offset 1: the key is not a valid JSON string/],
  ['the offset in bytes, not characters', '{"é€😀":1,"a":1,"a":1}', /byte offset 21:/],
  ['a byte order mark', '\uFEFF{}', /byte order mark/],
  ['UTF-16', new Uint8Array([0x7b, 0, 0x7d, 0]), /not valid JSON/],
  ['Latin-1', new Uint8Array([0x22, 0xe9, 0x22]), /not valid UTF-8/],
  ['an overlong encoding', new Uint8Array([0x22, 0xc0, 0xaf, 0x22]), /not valid UTF-8/],
  ['an encoded surrogate', new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22]), /not valid UTF-8/],
];

for (const [title, input, message] of refused) {
  test(`parseJsonStrictly refuses ${title}`, () => {
    const bytes = typeof input === 'string' ? encode(input) : input;
    assert.throws(() => parseJsonStrictly(bytes), { name: 'OciError', code: 'MANIFEST_INVALID', message });
  });
}

test('parseJsonStrictly bounds the depth', () => {
  const nested = (depth: number) => encode('['.repeat(depth) + ']'.repeat(depth));
  assert.doesNotThrow(() => parseJsonStrictly(nested(64)));
  assert.throws(() => parseJsonStrictly(nested(65)), /byte offset 64: nested deeper than 64 levels/);
  assert.doesNotThrow(() => parseJsonStrictly(nested(2), { maxDepth: 2 }));
  assert.throws(() => parseJsonStrictly(nested(3), { maxDepth: 2 }), /byte offset 2: nested deeper than 2/);
});

test('parseJsonStrictly bounds the number of objects, arrays and keys', () => {
  const list = (length: number) => encode(`[${'{},'.repeat(length - 1)}{}]`);
  assert.doesNotThrow(() => parseJsonStrictly(list(99_999)));
  assert.throws(() => parseJsonStrictly(list(100_000)), /more than 100000 objects, arrays and keys/);
});

const hostile: [title: string, text: string][] = [
  ['nothing but opening brackets', '['.repeat(megabytes)],
  ['nothing but opening braces', '{"a":'.repeat(megabytes / 5)],
  ['nothing but backslashes', `"${'\\'.repeat(megabytes)}"`],
  ['nothing but quotation marks', '"'.repeat(megabytes)],
  ['nothing but commas', `{${','.repeat(megabytes)}`],
  ['nothing but closing brackets', ']'.repeat(megabytes)],
  ['one key of megabytes, escaped', `{"${'\\u0061'.repeat(megabytes / 6)}":1}`],
  ['one number of megabytes', '1'.repeat(megabytes)],
  ['many keys', `{${Array.from({ length: megabytes / 10 }, (_, index) => `"${index}":0`).join(',')}}`],
];

for (const [title, text] of hostile) {
  test(`parseJsonStrictly ends on ${title}`, () => {
    accepts('MANIFEST_INVALID', () => parseJsonStrictly(encode(text)));
  });
}

test('parseJsonStrictly reads whatever JSON.stringify writes', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6, noUnicodeString: false }), fc.nat({ max: 2 }), (json, indent) => {
      const text = JSON.stringify(JSON.parse(json), null, indent);
      assert.deepEqual(parseJsonStrictly(encode(text)), JSON.parse(text));
    }),
  );
});

test('parseJsonStrictly accepts exactly the JSON in which no key is lost', () => {
  // Each written key is counted here, each surviving key there: they differ only when one object repeats a key.
  const { value } = fc.letrec<{ value: { text: string; keys: number } }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom('1', '"a"', '"\\"a\\":{"', '{}', '[]').map((text) => ({ text, keys: 0 })),
      fc.array(tie('value'), { maxLength: 3 }).map((items) => ({
        text: `[${items.map((item) => item.text).join(',')}]`,
        keys: items.reduce((sum, item) => sum + item.keys, 0),
      })),
      fc
        .array(fc.tuple(fc.constantFrom('a', 'b', '\\u0061', '__proto__', '\\"', 'c'), tie('value')), {
          maxLength: 3,
        })
        .map((members) => ({
          text: `{ ${members.map(([key, item]) => `"${key}" : ${item.text}`).join(' , ')} }`,
          keys: members.reduce((sum, [, item]) => sum + item.keys + 1, 0),
        })),
    ),
  }));
  fc.assert(
    fc.property(value, ({ text, keys }) => {
      const isComplete = countKeys(JSON.parse(text)) === keys;
      assert.equal(
        accepts('MANIFEST_INVALID', () => parseJsonStrictly(encode(text))),
        isComplete,
      );
    }),
    { numRuns: 2000 },
  );
});

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const below = Object.values(value).reduce((sum: number, item) => sum + countKeys(item), 0);
  return below + (Array.isArray(value) ? 0 : Object.keys(value).length);
}

test('parseJsonStrictly accepts nothing that JSON.parse refuses, and throws nothing else', () => {
  const text = fc.string({ unit: fc.constantFrom(...'{}[]",:\\a1 u-'), maxLength: 12 });
  fc.assert(
    fc.property(text, (input) => {
      if (accepts('MANIFEST_INVALID', () => parseJsonStrictly(encode(input)))) {
        assert.doesNotThrow(() => JSON.parse(input));
      }
    }),
    { numRuns: 3000 },
  );
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      accepts('MANIFEST_INVALID', () => parseJsonStrictly(bytes));
    }),
  );
});
