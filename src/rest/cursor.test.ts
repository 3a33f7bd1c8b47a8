import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { decodeCursor, encodeCursor } from './cursor.ts';

const position = z.tuple([z.string(), z.int()]);

test('a cursor comes back as what it was made of, whatever characters it holds', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer(), (name, id) => {
      const cursor = encodeCursor([name, id]);
      assert.match(cursor, /^[\w-]+$/);
      assert.deepEqual(decodeCursor(position, cursor), [name, id]);
    }),
  );
});

test('no cursor is the first page', () => {
  assert.equal(decodeCursor(position, undefined), undefined);
});

test('what is not a position of this list → invalid-cursor', () => {
  const wrong = ['', '*', 'AAAA', encodeCursor('a'), encodeCursor(['a', '1']), encodeCursor(['a', 1, 2])];
  for (const cursor of wrong) {
    assert.throws(() => decodeCursor(position, cursor), { code: 'invalid-cursor', status: 400 }, cursor);
  }
});
