import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Sizes } from '../sizes.ts';
import { runTurn } from './run-turn.ts';
import type { Contender, Failure, PeerName, Sample, Scenario } from './types.ts';

const runFile = promisify(execFile);

const DEFAULT_ROUNDS = 3;

export interface ScenarioRun {
  readonly scenario: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly samples: readonly Sample[];
  readonly failures: readonly Failure[];
  readonly notes: readonly string[];
}

/**
 * All contenders one after the other, round after round. Each round begins with another one, so that what drifts
 * (temperature, page cache, a noisy neighbour) meets all of them. A contender that fails does not stop the others.
 */
export async function runScenario(options: {
  scenario: Scenario;
  peers: readonly PeerName[];
  /** Without, three, if the scenario's budget of time allows. */
  rounds?: number;
  sizes: Sizes;
  say: (text: string) => void;
}): Promise<ScenarioRun> {
  const { scenario, sizes, say } = options;
  const began = performance.now();
  const rounds = Math.min(options.rounds ?? DEFAULT_ROUNDS, scenario.maxRounds ?? Number.POSITIVE_INFINITY);
  const budgetMs = options.rounds === undefined ? scenario.budgetSeconds * 1000 : Number.POSITIVE_INFINITY;
  const order: readonly Contender[] = [...options.peers, ...(scenario.baselines ?? [])];
  const samples: Sample[] = [];
  const failures: Failure[] = [];
  const notes = new Set<string>();
  let done = 0;
  for (let round = 1; round <= rounds; round++) {
    const elapsedMs = performance.now() - began;
    if (done > 0 && elapsedMs + elapsedMs / done > budgetMs) {
      say(`${scenario.name}: no time for round ${round}`);
      break;
    }
    for (const contender of rotate(order, round - 1)) {
      const turnBegan = performance.now();
      let outcome = 'ok';
      try {
        await runTurn({
          scenario,
          contender,
          round,
          sizes,
          onSample: (sample) => samples.push(sample),
          onNote: (text) => notes.add(text),
        });
      } catch (error) {
        const message = messageOf(error);
        failures.push({ scenario: scenario.name, contender, round, message });
        outcome = `FAILED: ${message}`;
      }
      // What one left unwritten must not be written at the next one's expense.
      await runFile('sync');
      const seconds = ((performance.now() - turnBegan) / 1000).toFixed(1);
      say(`${scenario.name} ${round}/${rounds} ${contender}: ${seconds} s, ${outcome}`);
    }
    done = round;
  }
  const seconds = (performance.now() - began) / 1000;
  return { scenario: scenario.name, rounds: done, seconds, samples, failures, notes: [...notes] };
}

/** With what went wrong first, where the clean-up failed as well. */
function messageOf(error: unknown): string {
  if (error instanceof SuppressedError)
    return `${messageOf(error.suppressed)}; then ${messageOf(error.error)}`;
  return error instanceof Error ? error.message : String(error);
}

function rotate<T>(items: readonly T[], by: number): readonly T[] {
  const start = by % Math.max(1, items.length);
  return [...items.slice(start), ...items.slice(0, start)];
}
