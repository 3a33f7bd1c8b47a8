/** What a name may hold now: a digest, or nothing. */
export type Held = string | undefined;

interface Change {
  readonly value: Held;
  readonly startedAt: number;
  /** When it was acknowledged; infinite while it is not: it may have happened at any time since, or not at all. */
  endedAt: number;
}

/**
 * What clients were told. Each name (a blob of a repository, a manifest, a tag) is a register that holds a digest or
 * nothing; several clients may change one name at the same time.
 */
export interface Ledger {
  /**
   * Notes a change before it is asked for. Call the answer when it was acknowledged in full; call it with false when it was
   * refused and so did not happen. Not called: nobody knows.
   */
  begin(name: string, value: Held): (happened: boolean) => void;
  names(): readonly string[];
  /** Those that somebody tried to change since they were settled. */
  touched(): readonly string[];
  /** Every value that the name may hold without breaking a promise. */
  allowed(name: string): ReadonlySet<Held>;
  /** From now on the name holds this: it was read after all who could change it were gone. */
  settle(name: string, value: Held): void;
  /** How many changes were acknowledged. */
  readonly acknowledged: number;
}

export function createLedger(): Ledger {
  const changes = new Map<string, Change[]>();
  let time = 0;
  let acknowledged = 0;
  const tick = () => {
    time += 1;
    return time;
  };
  return {
    begin(name, value) {
      const change: Change = { value, startedAt: tick(), endedAt: Number.POSITIVE_INFINITY };
      const ofName = changes.get(name) ?? [{ value: undefined, startedAt: -1, endedAt: -1 }];
      changes.set(name, ofName);
      ofName.push(change);
      return (happened) => {
        if (happened) {
          change.endedAt = tick();
          acknowledged += 1;
        } else {
          ofName.splice(ofName.indexOf(change), 1);
        }
      };
    },
    names: () => [...changes.keys()],
    touched: () => [...changes].filter(([, { length }]) => length > 1).map(([name]) => name),
    allowed(name) {
      const ofName = changes.get(name) ?? [];
      // Overwritten for sure: another one that was acknowledged began after this one had ended.
      const lastStart = Math.max(
        ...ofName.filter(({ endedAt }) => endedAt < Infinity).map(({ startedAt }) => startedAt),
      );
      return new Set(ofName.filter(({ endedAt }) => endedAt >= lastStart).map(({ value }) => value));
    },
    settle(name, value) {
      changes.set(name, [{ value, startedAt: -1, endedAt: -1 }]);
    },
    get acknowledged() {
      return acknowledged;
    },
  };
}
