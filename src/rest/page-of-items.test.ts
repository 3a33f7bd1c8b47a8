import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pageOfItems } from './page-of-items.ts';

const keyOf = (item: string) => item;
const page = (items: readonly string[], cursor?: string) => pageOfItems(items, { limit: 2, cursor }, keyOf);

test('every item comes once, in order; the last page has no next', () => {
  const all = ['e', 'd', 'c', 'b', 'a'];
  const first = page(all);
  const second = page(all, first.next);
  const third = page(all, second.next);
  assert.deepEqual([first.items, second.items, third], [['e', 'd'], ['c', 'b'], { items: ['a'] }]);
  assert.deepEqual(page(['b', 'a']), { items: ['b', 'a'] });
  assert.deepEqual(page([]), { items: [] });
});

test('what comes or goes between two pages repeats nothing and hides nothing', () => {
  const { next } = page(['d', 'c', 'b', 'a']);
  assert.deepEqual(page(['e', 'd', 'c', 'b', 'a'], next).items, ['b', 'a']);
  assert.deepEqual(page(['d', 'b', 'a'], next).items, ['b', 'a'], 'the last one shown is gone');
  assert.deepEqual(page(['d'], next).items, []);
});

test('a cursor that this list did not give is refused', () => {
  for (const cursor of ['x', 'WyJhIl0', Buffer.from('["a",-1]').toString('base64url')]) {
    assert.throws(() => page(['a'], cursor), { code: 'invalid-cursor' });
  }
});
