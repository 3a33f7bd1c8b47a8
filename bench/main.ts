/** `npm run bench`: installs the peers, runs the scenarios, writes results.json, RESULTS.md and charts. */

import { execFileSync } from 'node:child_process';
import { accessSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { unmountBelow } from './docker/unmount-below.ts';
import { runScenario, type ScenarioRun } from './measure/run-scenario.ts';
import { parseOptions, USAGE } from './options.ts';
import { contenders } from './peers/start-server.ts';
import { BENCH_RUNS } from './places.ts';
import { writeResults } from './report/write-results.ts';
import { scenarios } from './scenarios/index.ts';
import { sizesFor } from './sizes.ts';

// A signal's handler ends all that was started (test/clients/harness/process.ts); an error must not skip that.
process.on('uncaughtException', (error) => {
  console.error(error);
  process.kill(process.pid, 'SIGTERM');
});

const options = parseOptions(
  process.argv.slice(2),
  scenarios.map(({ name }) => name),
);
if (options.isHelp) {
  console.log(`${USAGE}\nScenarios: ${scenarios.map(({ name }) => name).join(', ')}`);
} else {
  await bench();
}

async function bench(): Promise<void> {
  execFileSync(join(import.meta.dirname, 'peers/install'), { stdio: 'inherit' });
  removeInterruptedRuns();
  const peers = options.peers.filter((name) => isThere(contenders[name].program));
  const runs: ScenarioRun[] = [];
  for (const scenario of scenarios) {
    if (options.scenarios && !options.scenarios.includes(scenario.name)) continue;
    const run = await runScenario({
      scenario,
      peers,
      ...(options.rounds !== undefined && { rounds: options.rounds }),
      sizes: sizesFor(options),
      say: (text) => console.log(text),
    });
    runs.push(run);
    // After each one: what was measured is kept when a later one is interrupted.
    await writeResults({ run, isSmoke: options.isSmoke });
  }
  rmSync(BENCH_RUNS, { recursive: true, force: true });
  const failures = runs.flatMap((run) => run.failures);
  const seconds = runs.reduce((sum, run) => sum + run.seconds, 0);
  console.log(`bench: ${runs.length} scenarios in ${Math.round(seconds)} s, ${failures.length} failed turns`);
  if (failures.length > 0) process.exitCode = 1;
}

function removeInterruptedRuns(): void {
  const all = dirname(BENCH_RUNS);
  if (!existsSync(all)) return;
  for (const name of readdirSync(all)) {
    if (existsSync(`/proc/${name}`)) continue;
    unmountBelow(join(all, name));
    rmSync(join(all, name), { recursive: true, force: true });
  }
}

function isThere(path: string): boolean {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
}
