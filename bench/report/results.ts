/** What results.json holds: all samples, so that every table and chart can be made again from it. */

import type { ScenarioRun } from '../measure/run-scenario.ts';
import type { Contender } from '../measure/types.ts';
import type { Machine } from './machine.ts';

export interface RecordedRun extends ScenarioRun {
  /** ISO 8601 date and time. */
  readonly ranAt: string;
  readonly versions: Readonly<Partial<Record<Contender, string>>>;
}

/** What a person found out about the aims that are missed: bench/REASONS.md, if it is there. */
export type Reasons = string | undefined;

export interface Results {
  readonly machine: Machine;
  /** Peers that could not be built, and why. */
  readonly missing: Readonly<Record<string, string>>;
  readonly scenarios: Readonly<Record<string, RecordedRun>>;
}
