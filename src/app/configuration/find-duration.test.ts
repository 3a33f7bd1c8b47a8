import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findDurationMs } from './find-duration.ts';

const durations: [text: string, ms: number | undefined][] = [
  ['168h', 604_800_000],
  ['1h30m', 5_400_000],
  ['10s', 10_000],
  ['500ms', 500],
  ['1.5s', 1500],
  ['.5m', 30_000],
  ['2000us', 2],
  ['2000µs', 2],
  ['3000000ns', 3],
  ['0', 0],
  ['0s', 0],
  ['10000000000', 10_000],
  ['+1s', 1000],
  ['', undefined],
  ['-1s', undefined],
  ['1d', undefined],
  ['1 h', undefined],
  ['1.h5', undefined],
  ['.s', undefined],
  ['1.5', undefined],
  ['h', undefined],
  ['2562048h', undefined],
];

for (const [text, ms] of durations) {
  test(`the duration "${text}" → ${ms === undefined ? 'refused' : `${ms} ms`}`, () => {
    assert.equal(findDurationMs(text), ms);
  });
}

test('a million digits without a unit are refused in linear time', () => {
  assert.equal(findDurationMs(`${'1'.repeat(1_000_000)}x`), undefined);
});
