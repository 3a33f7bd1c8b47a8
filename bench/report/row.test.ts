import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Contender, Measure, Sample } from '../measure/types.ts';
import { judge, rowsOf } from './row.ts';

const measure: Measure = { id: 'm', title: 'M', unit: 'requests/s', better: 'higher', work: 'request' };

function sample(contender: Contender, value: number, extra: Partial<Sample> = {}): Sample {
  return {
    scenario: 's',
    measure: 'm',
    contender,
    round: 1,
    value,
    work: 100,
    cpuSeconds: 1,
    peakRssBytes: 1,
    ...extra,
  };
}

describe('results table', () => {
  it('takes the median of values and of CPU for each unit, and the highest memory', () => {
    const [row] = rowsOf([
      sample('zot', 10, { cpuSeconds: 1, peakRssBytes: 5 }),
      sample('zot', 30, { cpuSeconds: 3, peakRssBytes: 9 }),
      sample('zot', 20, { cpuSeconds: 2, peakRssBytes: 7 }),
    ]);
    assert.deepEqual(row?.value, { median: 20, min: 10, max: 30, count: 3 });
    assert.equal(row?.cpuMsPerWork, 20);
    assert.equal(row?.peakRssBytes, 9);
    assert.equal(row?.p99Ms, undefined);
  });

  it('judges against the best of those that are meant, never against a baseline or itself', () => {
    const rows = rowsOf([
      sample('nginx', 1_000),
      sample('lading', 100),
      sample('registry-2', 10),
      sample('zot', 20),
      sample('zot-minimal', 25),
    ]);
    const aims = [
      { over: 'best peer', factor: 5 },
      { over: 'registry-2', factor: 20 },
      { over: 'best zot', factor: 3 },
      { over: 'nginx', factor: 0.1 },
    ] as const;
    assert.deepEqual(
      judge({ ...measure, aims }, rows).map(({ ratio, isReached }) => [ratio, isReached]),
      [
        [4, false],
        [10, false],
        [4, true],
        [0.1, true],
      ],
    );
  });

  it('takes the smallest for the best where lower is better', () => {
    const rows = rowsOf([sample('lading', 2), sample('registry-2', 30), sample('zot', 8)]);
    const aims = [{ over: 'best peer', factor: 4 }] as const;
    assert.deepEqual(judge({ ...measure, better: 'lower', aims }, rows), [
      { aim: aims[0], ratio: 4, isReached: true },
    ]);
  });

  it('does not judge what was not measured', () => {
    const aims = [{ over: 'best peer', factor: 4 }] as const;
    assert.deepEqual(judge({ ...measure, aims }, rowsOf([sample('lading', 2)])), []);
    assert.deepEqual(judge({ ...measure, aims }, rowsOf([sample('zot', 2)])), []);
  });
});
