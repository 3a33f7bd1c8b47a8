import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parsePageSize } from './index.ts';
import { accepts } from './testing/accepts.ts';

test('parsePageSize takes the default when n is absent or empty', () => {
  for (const text of [undefined, '']) {
    assert.equal(parsePageSize(text), undefined);
    assert.equal(parsePageSize(text, { defaultSize: 100 }), 100);
  }
});

test('parsePageSize cuts to the maximum', () => {
  assert.equal(parsePageSize('1000', { maximum: 1000 }), 1000);
  assert.equal(parsePageSize('1001', { maximum: 1000 }), 1000);
  assert.equal(parsePageSize('9'.repeat(400), { maximum: 1000 }), 1000);
  assert.equal(parsePageSize('9'.repeat(400)), Number.MAX_SAFE_INTEGER);
});

test('parsePageSize takes 0', () => {
  assert.equal(parsePageSize('0', { defaultSize: 100 }), 0);
});

for (const text of ['-1', '1.5', '1e3', '0x10', ' 1', '+1', 'abc', 'NaN', '1\n', '١']) {
  test(`parsePageSize refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parsePageSize(text), { name: 'OciError', code: 'PAGINATION_NUMBER_INVALID' });
  });
}

test('parsePageSize gives back every whole number, and refuses every negative one', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (number) => {
      fc.pre(!Object.is(number, -0));
      assert.equal(
        accepts('PAGINATION_NUMBER_INVALID', () => parsePageSize(String(number))),
        number >= 0,
      );
      if (number >= 0) assert.equal(parsePageSize(String(number)), number);
    }),
  );
});
