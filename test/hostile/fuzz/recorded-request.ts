/** What real clients sent (recorded-traffic.json, by record-traffic.ts), ready to be sent again. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const RECORDING = join(import.meta.dirname, 'recorded-traffic.json');

/** In place of the id of an upload session, wherever one was. */
export const SESSION = 'ffffffff-0000-4000-8000-000000000000';

export interface Recording {
  readonly client: string;
  /** Whole requests as text in latin1, in the order in which they arrived. */
  readonly requests: readonly string[];
}

export function readRecordings(): readonly Recording[] {
  return JSON.parse(readFileSync(RECORDING, 'utf8')) as Recording[];
}
