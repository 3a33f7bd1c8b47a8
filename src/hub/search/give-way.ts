import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';

/** Long enough to see whether requests come, short enough not to matter when none do. */
const LOOK_MS = 5;
const REST_MS = 50;
const BUSY = 0.3;
/** However busy it is, work goes on after so many rests: a second. */
const MAX_RESTS = 20;

/**
 * Between two steps of long work in this thread: rests as long as others keep the thread busy, so that requests get
 * nearly all of it while there are many, and the work while there are none.
 */
export async function giveWay(signal: AbortSignal): Promise<void> {
  for (let rests = 0; rests < MAX_RESTS && !signal.aborted; rests += 1) {
    const before = performance.eventLoopUtilization();
    await wait(rests === 0 ? LOOK_MS : REST_MS);
    if (performance.eventLoopUtilization(before).utilization < BUSY) return;
  }
}
