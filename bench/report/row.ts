import { advantage, type Summary, summarize } from '../measure/statistics.ts';
import { type Aim, BASELINES, type Contender, type Measure, PEERS, type Sample } from '../measure/types.ts';

/** One contender's line in the table of one measure. */
export interface Row {
  readonly contender: Contender;
  readonly value: Summary;
  readonly cpuMsPerWork: number;
  readonly peakRssBytes: number;
  readonly p99Ms: number | undefined;
}

export interface Judgement {
  readonly aim: Aim;
  readonly ratio: number;
  readonly isReached: boolean;
}

/** In the order of `PEERS` and `BASELINES`; those without a sample have no row. */
export function rowsOf(samples: readonly Sample[]): readonly Row[] {
  return [...PEERS, ...BASELINES].flatMap((contender) => {
    const own = samples.filter((sample) => sample.contender === contender);
    if (own.length === 0) return [];
    const p99s = own.flatMap(({ latency }) => (latency ? [latency.p99Ms] : []));
    return {
      contender,
      value: summarize(own.map(({ value }) => value)),
      cpuMsPerWork: summarize(own.map(({ cpuSeconds, work }) => (cpuSeconds * 1000) / work)).median,
      peakRssBytes: Math.max(...own.map(({ peakRssBytes }) => peakRssBytes)),
      p99Ms: p99s.length > 0 ? summarize(p99s).median : undefined,
    };
  });
}

export function judge(measure: Measure, rows: readonly Row[]): readonly Judgement[] {
  const own = rows.find(({ contender }) => contender === 'lading');
  if (!own) return [];
  return (measure.aims ?? []).flatMap((aim) => {
    const others = rows.filter(({ contender }) => isMeant(aim, contender));
    if (others.length === 0) return [];
    const ratios = others.map(({ value }) => advantage(own.value.median, value.median, measure.better));
    const ratio = Math.min(...ratios);
    return { aim, ratio, isReached: ratio >= aim.factor };
  });
}

function isMeant({ over }: Aim, contender: Contender): boolean {
  if (over === 'best peer') return contender !== 'lading' && PEERS.some((peer) => peer === contender);
  if (over === 'best zot') return contender === 'zot' || contender === 'zot-minimal';
  return contender === over;
}
