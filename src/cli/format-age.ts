const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The largest unit of which there are at least two, so that the rounding stays small: `90 minutes ago`. */
const units: readonly (readonly [string, number])[] = [
  ['year', 365 * DAY_MS],
  ['month', 30 * DAY_MS],
  ['week', 7 * DAY_MS],
  ['day', DAY_MS],
  ['hour', 60 * MINUTE_MS],
  ['minute', MINUTE_MS],
];

/** How long ago, in words: `just now`, `5 minutes ago`, `3 weeks ago`. Times are milliseconds since the epoch. */
export function formatAge(at: number, now: number): string {
  const ageMs = now - at;
  for (const [name, lengthMs] of units) {
    const count = Math.floor(ageMs / lengthMs);
    if (count >= 2) return `${count} ${name}s ago`;
  }
  return ageMs >= MINUTE_MS ? '1 minute ago' : 'just now';
}
