/** Of a sample, sorted or not. Empty samples have no statistics: these throw a RangeError. */

export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
}

export function summarize(values: readonly number[]): Summary {
  return {
    median: percentile(values, 50),
    min: percentile(values, 0),
    max: percentile(values, 100),
    count: values.length,
  };
}

/** Linear between the two nearest ranks, `percent` from 0 to 100. */
export function percentile(values: ArrayLike<number>, percent: number): number {
  const sorted = Float64Array.from(values).sort();
  const rank = ((sorted.length - 1) * percent) / 100;
  const below = sorted[Math.floor(rank)];
  const above = sorted[Math.ceil(rank)];
  if (below === undefined || above === undefined) throw new RangeError('percentile of an empty sample');
  return below + (above - below) * (rank - Math.floor(rank));
}

/** How many times as good `own` is as `other`; above 1 is better. */
export function advantage(own: number, other: number, better: 'higher' | 'lower'): number {
  return better === 'higher' ? own / other : other / own;
}
