/** What a name may hold now: a digest, or nothing. */
export type Held = string | undefined;

interface Change {
  readonly value: Held;
  readonly startedAt: number;
  readonly startedAfter: number;
  /** When it was acknowledged; infinite while it is not: it may have happened at any time since, or not at all. */
  endedAt: number;
  endedAfter: number;
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
  /** What clients knew when `position` had this value: later acknowledgements do not count, later changes never began. */
  asOf(position: number): Ledger;
  /** How many changes were acknowledged. */
  readonly acknowledged: number;
}

const never = Number.POSITIVE_INFINITY;
const always: Omit<Change, 'value'> = { startedAt: -1, startedAfter: -1, endedAt: -1, endedAfter: -1 };

/** `position` is noted at the begin and at the end of each change; it never goes back. */
export function createLedger(position: () => number = () => 0): Ledger {
  return ledgerOf(new Map(), position);
}

function ledgerOf(changes: Map<string, Change[]>, position: () => number): Ledger {
  let time = 0;
  let acknowledged = 0;
  const tick = () => {
    time += 1;
    return time;
  };
  return {
    begin(name, value) {
      const change: Change = {
        value,
        startedAt: tick(),
        startedAfter: position(),
        endedAt: never,
        endedAfter: never,
      };
      const ofName = changes.get(name) ?? [{ ...always, value: undefined }];
      changes.set(name, ofName);
      ofName.push(change);
      return (happened) => {
        if (happened) {
          change.endedAt = tick();
          change.endedAfter = position();
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
        ...ofName.filter(({ endedAt }) => endedAt < never).map(({ startedAt }) => startedAt),
      );
      return new Set(ofName.filter(({ endedAt }) => endedAt >= lastStart).map(({ value }) => value));
    },
    settle(name, value) {
      changes.set(name, [{ ...always, value }]);
    },
    asOf(end) {
      const begun = [...changes].map(([name, ofName]): [string, Change[]] => [
        name,
        ofName
          .filter(({ startedAfter }) => startedAfter <= end)
          .map((change) => (change.endedAfter <= end ? change : { ...change, endedAt: never })),
      ]);
      return ledgerOf(new Map(begun), position);
    },
    get acknowledged() {
      return acknowledged;
    },
  };
}
