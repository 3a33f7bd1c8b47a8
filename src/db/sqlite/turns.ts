/** Bounds how long statements, one after the other, keep this thread from everything else. */
const TURN_NS = 4_000_000n;

/**
 * Statements are answered at once, so that whoever awaits one after the other never lets go of the thread. Answers what
 * to wait for before the next: undefined, mostly.
 */
export function createTurns(): () => Promise<void> | undefined {
  let began: bigint | undefined;
  return () => {
    const now = process.hrtime.bigint();
    if (began === undefined) {
      began = now;
      setImmediate(() => {
        began = undefined;
      });
      return undefined;
    }
    if (now - began < TURN_NS) return undefined;
    return new Promise((resolve) => setImmediate(resolve));
  };
}
