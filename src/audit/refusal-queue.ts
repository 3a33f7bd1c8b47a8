import type { AuditEntry } from '../rest/index.ts';
import { toRow, type UnplacedRow } from './to-row.ts';

export interface RefusalQueue {
  add(entry: AuditEntry): void;
  /** What has gathered, each kind once with how often; and how many found no place. Empty afterwards. */
  take(): { rows: UnplacedRow[]; dropped: number };
  /** What could not be written is tried again with the next. */
  putBack(taken: { rows: readonly UnplacedRow[]; dropped: number }): void;
}

/**
 * Different refusals kept between two writings. With one writing in five seconds, a flood of refused requests, which
 * anybody may send, adds at most twenty lines a second to the log.
 */
const MAX_KINDS = 100;
/** Of one address, so that a flood from one does not hide what others do. */
const MAX_KINDS_PER_ADDRESS = 20;

export function createRefusalQueue(): RefusalQueue {
  let kinds = new Map<string, UnplacedRow>();
  let perAddress = new Map<string, number>();
  let dropped = 0;

  function addRow(row: UnplacedRow): void {
    // The request's id differs each time: that of the first stands for all.
    const key = JSON.stringify({ ...row, request_id: '', times: 0 });
    const known = kinds.get(key);
    const ofAddress = perAddress.get(row.remote_address) ?? 0;
    if (known) known.times += row.times;
    else if (kinds.size >= MAX_KINDS || ofAddress >= MAX_KINDS_PER_ADDRESS) dropped += row.times;
    else {
      kinds.set(key, { ...row });
      perAddress.set(row.remote_address, ofAddress + 1);
    }
  }

  return {
    add: (entry) => addRow(toRow(entry, 'refused')),
    take() {
      const taken = { rows: [...kinds.values()], dropped };
      kinds = new Map();
      perAddress = new Map();
      dropped = 0;
      return taken;
    },
    putBack(taken) {
      dropped += taken.dropped;
      for (const row of taken.rows) addRow(row);
    },
  };
}
