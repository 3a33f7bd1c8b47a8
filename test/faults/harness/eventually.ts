import { setTimeout as delay } from 'node:timers/promises';

/** Waits until `check` no longer throws; after `timeoutMs` throws what it threw last. */
export async function eventually<Result>(
  check: () => Result | Promise<Result>,
  timeoutMs = 15_000,
): Promise<Result> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await delay(50);
    }
  }
}
