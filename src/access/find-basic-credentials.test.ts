import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findBasicCredentials } from './find-basic-credentials.ts';

const encode = (text: string | Uint8Array) => Buffer.from(text).toString('base64');

const accepted: readonly [title: string, header: string, user: string, password: string][] = [
  ['user and password', `Basic ${encode('ann:secret')}`, 'ann', 'secret'],
  ['the scheme in any case', `bAsIc ${encode('ann:secret')}`, 'ann', 'secret'],
  ['several spaces', `Basic   ${encode('ann:secret')}`, 'ann', 'secret'],
  ['a password with colons', `Basic ${encode('ann:a:b:')}`, 'ann', 'a:b:'],
  ['an empty password', `Basic ${encode('ann:')}`, 'ann', ''],
  ['UTF-8', `Basic ${encode('ärger:пароль€𝄞')}`, 'ärger', 'пароль€𝄞'],
  ['a byte order mark, as part of the name', `Basic ${encode('\uFEFFann:x')}`, '\uFEFFann', 'x'],
  ['8 KiB', `Basic ${encode(`ann:${'x'.repeat(6134)}`)}`, 'ann', 'x'.repeat(6134)],
];

for (const [title, header, user, password] of accepted) {
  test(`a Basic header is understood with ${title}`, () => {
    assert.deepEqual(findBasicCredentials(header), { user, password });
  });
}

const refused: readonly [title: string, header: string][] = [
  ['nothing', ''],
  ['no scheme', encode('ann:secret')],
  ['no credentials', 'Basic '],
  ['no space', `Basic${encode('ann:secret')}`],
  ['another scheme', `Bearer ${encode('ann:secret')}`],
  ['a scheme before', `Digest Basic ${encode('ann:secret')}`],
  ['two headers joined', `Basic ${encode('ann:secret')}, Basic ${encode('bob:secret')}`],
  ['no colon', `Basic ${encode('ann')}`],
  ['an empty user (podman for anonymous)', 'Basic Og=='],
  ['an empty user with a password', `Basic ${encode(':secret')}`],
  ['characters outside base64', 'Basic YW5u!OnNlY3JldA=='],
  ['the URL alphabet', `Basic ${encode('ann:???>>>').replace('/', '_').replace('+', '-')}`],
  ['padding missing', 'Basic YW5uOnM'],
  ['padding too much', `Basic ${encode('ann:sec')}==`],
  ['stray bits in the last character', 'Basic YW5uOnN='],
  ['a line end in the password', `Basic ${encode('ann:secret\n')}`],
  ['NUL in the password', `Basic ${encode('ann:sec\0ret')}`],
  ['NUL in the user', `Basic ${encode('an\0n:secret')}`],
  ['DEL', `Basic ${encode('ann:\x7f')}`],
  ['a C1 control character', `Basic ${encode('ann:\u0085')}`],
  ['Latin-1', `Basic ${encode(Buffer.from('ann:\xe4', 'latin1'))}`],
  ['UTF-8 that is cut', `Basic ${encode(Uint8Array.of(0x61, 0x3a, 0xe2, 0x82))}`],
  ['UTF-8 in a longer spelling', `Basic ${encode(Uint8Array.of(0x61, 0xc0, 0xba, 0x62))}`],
  ['a header over 8 KiB', `Basic ${encode(`ann:${'x'.repeat(6140)}`)}`],
];

for (const [title, header] of refused) {
  test(`a header is not taken with ${title}`, () => {
    assert.equal(findBasicCredentials(header), undefined);
  });
}

test('a Basic header gives back whatever user and password it was made of', () => {
  const text = fc.string({ unit: 'grapheme' }).filter((value) => !/\p{Cc}/u.test(value));
  const name = text.filter((value) => value !== '' && !value.includes(':'));
  fc.assert(
    fc.property(name, text, (user, password) => {
      assert.deepEqual(findBasicCredentials(`Basic ${encode(`${user}:${password}`)}`), { user, password });
    }),
  );
});

test('no header throws, and what is found never holds what the contract rules out', () => {
  const bytes = fc.uint8Array().map((value) => `Basic ${encode(value)}`);
  const nearly = fc.string().map((value) => `basic ${value}`);
  fc.assert(
    fc.property(fc.oneof(bytes, nearly, fc.string({ unit: 'binary' })), (header) => {
      const found = findBasicCredentials(header);
      if (!found) return;
      assert.match(found.user, /^[^:\p{Cc}]+$/u);
      assert.doesNotMatch(found.password, /\p{Cc}/u);
    }),
    { numRuns: 500 },
  );
});
