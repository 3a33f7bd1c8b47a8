/** The only source of time. Everything that depends on time takes a clock, so that tests can move it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** Milliseconds since some moment, by a clock that nobody sets: for how long something took. */
export const steadyNow = (): number => performance.now();
