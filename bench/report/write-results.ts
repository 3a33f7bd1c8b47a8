import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ScenarioRun } from '../measure/run-scenario.ts';
import type { Contender } from '../measure/types.ts';
import { contenders } from '../peers/start-server.ts';
import { BENCH_BIN, BENCH_CACHE } from '../places.ts';
import { scenarios } from '../scenarios/index.ts';
import { chartOf } from './charts.ts';
import { describeMachine } from './machine.ts';
import { renderMarkdown } from './markdown.ts';
import type { Reasons, RecordedRun, Results } from './results.ts';
import { summaryChart } from './summary-chart.ts';

/** Puts one scenario's run in the place of its earlier one, and draws everything anew. */
export async function writeResults({ run, isSmoke }: { run: ScenarioRun; isSmoke: boolean }): Promise<void> {
  const dir = isSmoke ? join(BENCH_CACHE, 'smoke') : join(import.meta.dirname, '..');
  mkdirSync(join(dir, 'charts'), { recursive: true });
  const file = join(dir, 'results.json');
  const recorded: RecordedRun = { ...run, ranAt: new Date().toISOString(), versions: await versionsOf(run) };
  const results: Results = {
    machine: describeMachine(),
    missing: missingPeers(),
    scenarios: { ...readEarlier(file)?.scenarios, [run.scenario]: recorded },
  };
  writeFileSync(file, `${JSON.stringify(results, undefined, 1)}\n`);
  writeFileSync(join(dir, 'RESULTS.md'), renderMarkdown(results, scenarios, readReasons()));
  for (const scenario of scenarios) {
    const known = results.scenarios[scenario.name];
    if (known) writeFileSync(join(dir, 'charts', `${scenario.name}.svg`), chartOf(scenario, known));
  }
  writeFileSync(join(dir, 'charts', 'summary.svg'), summaryChart(results, scenarios));
}

async function versionsOf(run: ScenarioRun): Promise<RecordedRun['versions']> {
  const versions: Partial<Record<Contender, string>> = {};
  for (const { contender } of [...run.samples, ...run.failures]) {
    versions[contender] ??= await contenders[contender].version();
  }
  return versions;
}

function missingPeers(): Results['missing'] {
  const files = globSync('*.missing', { cwd: BENCH_BIN });
  return Object.fromEntries(
    files.map((file) => [basename(file, '.missing'), readFileSync(join(BENCH_BIN, file), 'utf8').trim()]),
  );
}

function readReasons(): Reasons {
  const file = join(import.meta.dirname, '..', 'REASONS.md');
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function readEarlier(file: string): Results | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Results;
  } catch {
    return undefined;
  }
}
