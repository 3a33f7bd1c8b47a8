import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Contender, Measure, Sample, Scenario } from '../measure/types.ts';
import type { Results } from './results.ts';
import { summaryChart } from './summary-chart.ts';

const measure: Measure = {
  id: 'm',
  title: 'GET <it>',
  unit: 'requests/s',
  better: 'higher',
  work: 'request',
  aims: [{ over: 'best peer', factor: 2 }],
};

function chartOf(measured: Measure, values: Readonly<Partial<Record<Contender, number>>>): string {
  const scenario: Scenario = {
    name: 's',
    title: 'S',
    how: '',
    budgetSeconds: 1,
    measures: [measured],
    run: async () => {},
  };
  const samples = Object.entries(values).map(
    ([contender, value]): Sample => ({
      scenario: 's',
      measure: 'm',
      contender: contender as Contender,
      round: 1,
      value,
      work: 1,
      cpuSeconds: 1,
      peakRssBytes: 1,
    }),
  );
  const run = {
    scenario: 's',
    rounds: 1,
    seconds: 1,
    samples,
    failures: [],
    notes: [],
    ranAt: '',
    versions: {},
  };
  const machine = { processor: '', cores: 1, memoryBytes: 1, system: '', kernel: '', fileSystem: '' };
  const results: Results = { machine, missing: {}, scenarios: { s: run } };
  return summaryChart(results, [scenario]);
}

const barOf = (svg: string) => {
  const found = /<rect class="(own|other)" x="([\d.]+)" y="\d+" width="([\d.]+)"/.exec(svg);
  return found && { kind: found[1], x: Number(found[2]), width: Number(found[3]) };
};
const middleOf = (svg: string) => Number(/<line class="spread" x1="([\d.]+)"/.exec(svg)?.[1]);

describe('summary chart', () => {
  it('says how many times as good as the best peer and as registry:2, never as a server that does nothing', () => {
    const svg = chartOf(measure, { lading: 100, 'registry-2': 10, 'zot-minimal': 50, zot: 40, nginx: 900 });
    assert.match(svg, />2× zot \(minimal\), 10× registry:2</);
    assert.match(svg, />GET &lt;it&gt;</);
  });

  it('takes the smallest for the best where lower is better', () => {
    const svg = chartOf({ ...measure, better: 'lower' }, { lading: 10, 'registry-2': 100, zot: 20 });
    assert.match(svg, />2× zot \(full\), 10× registry:2</);
  });

  it('draws what is better to the right of 1×, what is worse to its left, twice and half as long', () => {
    const better = chartOf(measure, { lading: 20, zot: 10 });
    const worse = chartOf(measure, { lading: 5, zot: 10 });
    assert.equal(barOf(better)?.kind, 'own');
    assert.equal(barOf(worse)?.kind, 'other');
    assert.equal(barOf(better)?.x, middleOf(better));
    const { x = 0, width = 0 } = barOf(worse) ?? {};
    assert.ok(Math.abs(x + width - middleOf(worse)) < 0.2);
    assert.equal(width, barOf(better)?.width);
  });

  it('leaves out what has no aim, and what no peer was measured by', () => {
    const { aims: _, ...aimless } = measure;
    assert.equal(barOf(chartOf(aimless, { lading: 20, zot: 10 })), null);
    assert.equal(barOf(chartOf(measure, { lading: 20, nginx: 10 })), null);
  });
});
