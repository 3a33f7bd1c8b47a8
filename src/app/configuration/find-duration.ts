const unitMs: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

const maxMs = 2 ** 63 / 1e6;

/**
 * Whole milliseconds of a duration in Go's syntax (`168h`, `1h30m`, `1.5s`); a bare integer counts nanoseconds, as Go does.
 * Undefined for anything else, for negative ones and for what Go cannot hold (292 years).
 */
export function findDurationMs(text: string): number | undefined {
  if (/^\+?\d+$/.test(text)) return withinRange(Number(text) / 1e6);
  if (!/^\+?((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    total += Number(amount) * (unitMs[unit ?? ''] ?? 0);
  }
  return withinRange(total);
}

function withinRange(ms: number): number | undefined {
  return ms < maxMs ? Math.round(ms) : undefined;
}
