import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { threadCpuMs } from '../testing/thread-cpu-ms.ts';
import { IdentityError } from './identity-error.ts';
import { parseHtpasswd } from './parse-htpasswd.ts';

const rest = 'WOzTlEKsKfTFm17RJ8B04egOfbKKZwvBoMYsrCiQQVdoNYlVpIRi.';
const hash = `$2y$05$${rest}`;

const hashes: readonly [title: string, hash: string, cost: number | undefined][] = [
  ['$2y$', hash, 5],
  ['$2a$', `$2a$10$${rest}`, 10],
  ['$2b$', `$2b$15$${rest}`, 15],
  ['the smallest cost', `$2y$04$${rest}`, 4],
  ['a cost below the smallest', `$2y$03$${rest}`, undefined],
  ['a cost of seconds', `$2y$16$${rest}`, undefined],
  ['a cost of days', `$2y$31$${rest}`, undefined],
  ['a cost without meaning', `$2y$99$${rest}`, undefined],
  ['$2x$', `$2x$05$${rest}`, undefined],
  ['MD5', '$apr1$AkJ1Kp5l$ke0.LYc/eow1dyRWoxKJb0', undefined],
  ['SHA-1', '{SHA}GpHWL3ymc5liWkNopqtdSjuqYHM=', undefined],
  ['plain text', 'secret', undefined],
  ['nothing', '', undefined],
  ['a hash cut short', hash.slice(0, -1), undefined],
  ['a hash with more behind it', `${hash}:x`, undefined],
];

for (const [title, value, cost] of hashes) {
  test(`the cost of ${title} is ${cost}`, () => {
    const { users, unusableLines } = parseHtpasswd(`\nann:${value}\n`, 'f');
    assert.deepEqual(users.get('ann'), { hash: value, cost });
    assert.deepEqual(unusableLines, cost === undefined ? [2] : []);
  });
}

const files: readonly [title: string, text: string, users: readonly string[]][] = [
  ['an empty file', '', []],
  ['blank lines and comments', `\n  \n# ann:${hash}\n\t#bob\n`, []],
  ['no line end at the end', `ann:${hash}`, ['ann']],
  ['the line ends of Windows', `ann:${hash}\r\nbob:${hash}\r\n`, ['ann', 'bob']],
  ['spaces around lines', `  ann:${hash}  \n`, ['ann']],
  ['a byte order mark', `\uFEFFann:${hash}\n`, ['ann']],
  ['a user called __proto__', `__proto__:${hash}\n`, ['__proto__']],
];

for (const [title, text, users] of files) {
  test(`${title} gives ${users.length} users`, () => {
    const parsed = parseHtpasswd(text, 'f');
    assert.deepEqual([...parsed.users.keys()], users);
    assert.deepEqual(parsed.unusableLines, []);
  });
}

test('of several lines for a user the last counts, as in registry:2', () => {
  const { users } = parseHtpasswd(`ann:${hash}\nann:$2y$06$${rest}\n`, 'f');
  assert.deepEqual(users.get('ann'), { hash: `$2y$06$${rest}`, cost: 6 });
});

test('the usual cost is that of most users who can log in', () => {
  const text = `a:$2y$05$${rest}\nb:$2y$12$${rest}\nc:$2y$12$${rest}\nd:x\ne:x\nf:x\n`;
  assert.equal(parseHtpasswd(text, 'f').usualCost, 12);
  assert.equal(parseHtpasswd('a:x\n', 'f').usualCost, 10);
});

test('a line without a colon is named by file and number, never by what it says', () => {
  assert.throws(
    () => parseHtpasswd(`# users\nann:${hash}\nhunter2\n`, '/etc/htpasswd'),
    (error: IdentityError) => {
      assert.equal(error.code, 'htpasswd-invalid');
      assert.match(error.message, /^\/etc\/htpasswd:3: /);
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    },
  );
});

test('any text gives users without colon, line end or # at the start, or an IdentityError', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.oneof(fc.constantFrom(':', '#', '\n', '\r', ' ', hash, 'ann'), fc.string()))
      .map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(text, (value) => {
      try {
        for (const user of parseHtpasswd(value, 'f').users.keys()) assert.match(user, /^(?!#)[^:\n]*$/);
      } catch (error) {
        assert.ok(error instanceof IdentityError && error.code === 'htpasswd-invalid');
      }
    }),
    { numRuns: 300 },
  );
});

test('spaces by the megabyte are read at once', async () => {
  const text = `${' '.repeat(4_000_000)}a:b${' '.repeat(4_000_000)}c`;
  assert.ok((await threadCpuMs(() => parseHtpasswd(text, 'f'))) < 2_000);
});
