import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFakeClock } from '../testing/index.ts';
import { createExpiringCache } from './expiring-cache.ts';

test('a value is there until its time and not at it', () => {
  const clock = createFakeClock(1000);
  const cache = createExpiringCache<number>({ clock, maxSize: 10_000 });
  cache.set('a', 1, 1500);
  clock.advance(499);
  assert.equal(cache.get('a'), 1);
  clock.advance(1);
  assert.equal(cache.get('a'), undefined);
  clock.advance(-500);
  assert.equal(cache.get('a'), undefined, 'what was found expired is gone');
});

test('what was used longest ago goes first when there is no room', () => {
  const cache = createExpiringCache<string>({ clock: createFakeClock(), maxSize: 3 * 1100 });
  const until = Number.POSITIVE_INFINITY;
  for (const key of ['a', 'b', 'c']) cache.set(key, key, until);
  assert.equal(cache.get('a'), 'a');
  cache.set('d', 'd', until);
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map((key) => cache.get(key)),
    ['a', undefined, 'c', 'd'],
  );
});

test('long keys count by their length; one that fits nowhere is not kept', () => {
  const cache = createExpiringCache<number>({ clock: createFakeClock(), maxSize: 10_000 });
  cache.set('short', 1, Number.POSITIVE_INFINITY);
  cache.set('x'.repeat(20_000), 2, Number.POSITIVE_INFINITY);
  assert.equal(cache.get('x'.repeat(20_000)), undefined);
  cache.set('short', 3, Number.POSITIVE_INFINITY);
  cache.set('short', 4, Number.POSITIVE_INFINITY);
  assert.equal(cache.get('short'), 4);
});
