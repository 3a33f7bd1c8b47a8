import type { Clock } from '../kernel/index.ts';

export interface FakeClock extends Clock {
  advance(ms: number): void;
}

/** A clock that stands still until it is told to move. */
export function createFakeClock(startsAt = Date.UTC(2026, 0, 1)): FakeClock {
  let now = startsAt;
  return {
    now: () => now,
    advance(ms) {
      now += ms;
    },
  };
}
