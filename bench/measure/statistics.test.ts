import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { advantage, percentile, summarize } from './statistics.ts';

describe('statistics', () => {
  it('sorts numbers as numbers', () => {
    assert.deepEqual(summarize([100, 9, 20]), { median: 20, min: 9, max: 100, count: 3 });
  });

  it('takes the middle between two for an even count', () => {
    assert.equal(summarize([4, 1, 3, 2]).median, 2.5);
  });

  it('gives percentiles between ranks, and the ends', () => {
    const values = Array.from({ length: 101 }, (_, index) => index);
    assert.equal(percentile(values, 99), 99);
    assert.equal(percentile(values, 0), 0);
    assert.equal(percentile(values, 100), 100);
    assert.equal(percentile([10, 20], 25), 12.5);
  });

  it('leaves the sample as it was', () => {
    const values = [3, 1, 2];
    percentile(values, 50);
    assert.deepEqual(values, [3, 1, 2]);
  });

  it('refuses an empty sample', () => {
    assert.throws(() => summarize([]), RangeError);
  });

  it('is above 1 when the own value is better, whichever way is better', () => {
    assert.equal(advantage(300, 100, 'higher'), 3);
    assert.equal(advantage(5, 20, 'lower'), 4);
  });
});
