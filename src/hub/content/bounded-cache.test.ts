import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createBoundedCache } from './bounded-cache.ts';

it('keeps what was asked for last, as much as fits', async () => {
  const made: string[] = [];
  const cache = createBoundedCache<string>({ maxBytes: 3 * 612, sizeOf: () => 100 });
  const get = (key: string) =>
    cache.get(key, async () => {
      made.push(key);
      return key;
    });
  for (const key of ['a', 'b', 'c', 'a', 'd', 'a', 'c', 'b']) assert.equal(await get(key), key);
  assert.deepEqual(made, ['a', 'b', 'c', 'd', 'b']);
});

it('keeps neither what is not there nor what is larger than all of it', async () => {
  const cache = createBoundedCache<string>({ maxBytes: 1000, sizeOf: (value) => value.length });
  let asked = 0;
  for (const value of [undefined, 'x'.repeat(2000)]) {
    for (const _ of ['once', 'again']) {
      await cache.get('key', async () => {
        asked += 1;
        return value;
      });
    }
  }
  assert.equal(asked, 4);
});
