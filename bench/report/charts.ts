import { PEERS, type Scenario } from '../measure/types.ts';
import { contenders } from '../peers/start-server.ts';
import { renderBarChart } from './bar-chart.ts';
import type { RecordedRun } from './results.ts';
import { rowsOf } from './row.ts';

/** One chart for a scenario: a group of bars for each measure. */
export function chartOf(scenario: Scenario, run: RecordedRun): string {
  const groups = scenario.measures.flatMap((measure) => {
    const rows = rowsOf(run.samples.filter((sample) => sample.measure === measure.id)).filter(
      // What does nothing would make all others look alike, unless it is what is aimed at.
      ({ contender }) =>
        PEERS.some((peer) => peer === contender) || measure.aims?.some(({ over }) => over === contender),
    );
    if (rows.length === 0) return [];
    const better = measure.better === 'higher' ? 'longer is better' : 'shorter is better';
    return {
      title: `${measure.title}: ${measure.unit}, ${better}`,
      bars: rows.map(({ contender, value }) => ({
        label: contenders[contender].title,
        value: value.median,
        low: value.min,
        high: value.max,
        isOwn: contender === 'lading',
      })),
    };
  });
  return renderBarChart({ title: scenario.title, groups });
}
