/** What a scenario says, what its turns measure, and what becomes of it. */

import type { Server, StartOptions } from '../peers/start-server.ts';
import type { Sizes } from '../sizes.ts';

export const PEERS = ['lading', 'registry-2', 'registry-3', 'zot', 'zot-minimal'] as const;
export type PeerName = (typeof PEERS)[number];

/** Not registries: they show what the machine and the load generator can do at most. */
export const BASELINES = ['nginx', 'sink'] as const;
export type BaselineName = (typeof BASELINES)[number];

export type Contender = PeerName | BaselineName;

/** What the issue asks for: Lading at least `factor` times as good as `over`. */
export interface Aim {
  readonly over: 'best peer' | 'registry-2' | 'best zot' | BaselineName;
  readonly factor: number;
}

export interface Measure {
  readonly id: string;
  readonly title: string;
  /** Of `value`, such as `requests/s`. */
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  /** One unit of work, for CPU seconds per unit: `request`, `MB`. */
  readonly work: string;
  readonly aims?: readonly Aim[];
  /** Lading's own value must not be above this, in `unit`. */
  readonly limit?: number;
}

export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** What one contender did in one round. */
export interface Sample {
  readonly scenario: string;
  readonly measure: string;
  readonly contender: Contender;
  readonly round: number;
  readonly value: number;
  /** Units of work done. */
  readonly work: number;
  /** Of all processes of the server, while the work was done. */
  readonly cpuSeconds: number;
  /** Highest resident memory since the server started, all its processes added. */
  readonly peakRssBytes: number;
  readonly latency?: Latency;
}

export interface Failure {
  readonly scenario: string;
  readonly contender: Contender;
  readonly round: number;
  readonly message: string;
}

/** What a piece of work answers to `Turn.measure`. */
export interface Outcome {
  readonly value: number;
  readonly work: number;
  /** Replaces what was measured around the work, where preparation would be counted otherwise. */
  readonly cpuSeconds?: number;
  readonly latency?: Latency;
}

/** One contender's turn in one round: a fresh folder, servers that end with it. */
export interface Turn {
  readonly contender: Contender;
  readonly round: number;
  readonly sizes: Sizes;
  readonly dir: string;
  /** Below .cache/bench, kept from run to run. */
  readonly fixturesDir: string;
  /** Starts the contender on `dir`/data; stopped at the end of the turn at the latest. */
  start(options?: StartOptions): Promise<Server>;
  measure(id: string, server: Server, work: () => Promise<Outcome>): Promise<void>;
  /** A sentence for the report, once however often it is said. */
  note(text: string): void;
  defer(cleanUp: () => Promise<unknown>): void;
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** How it is measured, for the report. */
  readonly how: string;
  readonly measures: readonly Measure[];
  /** At most so many rounds, however many are asked for. */
  readonly maxRounds?: number;
  /** No round begins that would probably end later, unless rounds are asked for. Together 35 minutes. */
  readonly budgetSeconds: number;
  readonly baselines?: readonly BaselineName[];
  run(turn: Turn): Promise<void>;
}
