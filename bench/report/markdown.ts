/** RESULTS.md: machine and versions, the aims at a glance, then each scenario with its tables. */

import { BASELINES, type Contender, type Measure, type Scenario } from '../measure/types.ts';
import { contenders } from '../peers/start-server.ts';
import { formatMegabytes, formatNumber, formatRatio } from './format.ts';
import type { Reasons, RecordedRun, Results } from './results.ts';
import { judge, type Row, rowsOf } from './row.ts';

export function renderMarkdown(results: Results, scenarios: readonly Scenario[], reasons: Reasons): string {
  const ran = scenarios.flatMap((scenario) => {
    const run = results.scenarios[scenario.name];
    return run ? [{ scenario, run }] : [];
  });
  const sections = [
    '# Benchmark results',
    '`npm run bench` wrote this file; results.json holds every sample. Values are medians over the rounds, with the lowest and highest in brackets. All servers and the client share the cores without pinning, on 127.0.0.1; each turn begins in an empty folder on the same file system, and after each turn everything is synced to disk. CPU is user and system time of all processes of the server, and of nothing else; peak memory is theirs too, since their start.',
    machineOf(results),
    contendersOf(results),
    aimsOf(ran),
    ...(reasons === undefined ? [] : [`## Where an aim is missed\n\n${reasons.trim()}`]),
    ceilingOf(ran),
    ...ran.map(({ scenario, run }) => sectionOf(scenario, run)),
  ];
  return `${sections.join('\n\n')}\n`;
}

function machineOf({ machine }: Results): string {
  const { processor, cores, memoryBytes, system, kernel, fileSystem } = machine;
  return `## Machine\n\n${cores} cores of ${processor}, ${formatNumber(memoryBytes / 2 ** 30)} GiB, ${system}, Linux ${kernel}, ${fileSystem}.`;
}

function contendersOf({ scenarios, missing }: Results): string {
  const versions = new Map<Contender, string>();
  for (const run of Object.values(scenarios)) {
    for (const [name, version] of Object.entries(run.versions)) versions.set(name as Contender, version);
  }
  const rows = [...versions].map(([name, version]) => [
    contenders[name].title,
    version,
    contenders[name].configuration,
  ]);
  const absent = Object.entries(missing).map(([name, why]) => `Not measured: ${name}. ${why}`);
  return ['## Contenders', table(['name', 'version', 'configuration'], rows), ...absent].join('\n\n');
}

function aimsOf(ran: readonly { scenario: Scenario; run: RecordedRun }[]): string {
  const rows = ran.flatMap(({ scenario, run }) =>
    scenario.measures.flatMap((measure) => {
      const measured = measuredRows(measure, run);
      const own = measured.find(({ contender }) => contender === 'lading');
      const ratios = judge(measure, measured).map(({ aim, ratio, isReached }) => [
        measure.title,
        `${formatRatio(aim.factor)} ${aim.over}`,
        formatRatio(ratio),
        isReached ? 'yes' : '**no**',
      ]);
      if (measure.limit === undefined || !own) return ratios;
      const { median } = own.value;
      const limit = [
        measure.title,
        `≤ ${formatNumber(measure.limit)} ${measure.unit}`,
        `${formatNumber(median)} ${measure.unit}`,
        median <= measure.limit ? 'yes' : '**no**',
      ];
      return [...ratios, limit];
    }),
  );
  return `## Aims\n\n${table(['measure', 'aim', 'measured', 'reached'], rows)}`;
}

/** Against servers that do nothing, the load generator is what limits. */
function ceilingOf(ran: readonly { scenario: Scenario; run: RecordedRun }[]): string {
  const rows = ran.flatMap(({ scenario, run }) =>
    scenario.measures.flatMap((measure) => {
      const measured = measuredRows(measure, run);
      const isBaseline = ({ contender }: Row) => BASELINES.some((name) => name === contender);
      const ceiling = measured.find(isBaseline);
      const [fastest] = measured
        .filter((row) => !isBaseline(row))
        .sort((a, b) => b.value.median - a.value.median);
      if (!ceiling || !fastest) return [];
      return [
        [
          measure.title,
          `${formatNumber(ceiling.value.median)} ${measure.unit} (${ceiling.contender})`,
          `${formatNumber(fastest.value.median)} (${fastest.contender})`,
          formatRatio(ceiling.value.median / fastest.value.median),
        ],
      ];
    }),
  );
  return `## What the load generator can do\n\nThe same load against a server that does nothing, in the same run. Near 1×, the generator may be what limits, and the true ratios are larger.\n\n${table(['measure', 'ceiling', 'fastest registry', 'room'], rows)}`;
}

function sectionOf(scenario: Scenario, run: RecordedRun): string {
  const parts = [
    `## ${scenario.title}`,
    `${scenario.how} ${run.rounds} ${run.rounds === 1 ? 'round' : 'rounds'} in ${Math.round(run.seconds)} s, ${run.ranAt}.`,
    `![${scenario.title}](charts/${scenario.name}.svg)`,
  ];
  for (const measure of scenario.measures) {
    const rows = measuredRows(measure, run);
    if (rows.length > 0) parts.push(`### ${measure.title}`, measureTable(measure, rows));
  }
  if (run.notes.length > 0) parts.push(run.notes.map((note) => `- ${note}`).join('\n'));
  if (run.failures.length > 0) {
    const lines = run.failures.map(
      ({ contender, round, message }) => `- ${contender}, round ${round}: ${message.replaceAll('\n', ' ')}`,
    );
    parts.push('Failed turns:', lines.join('\n'));
  }
  return parts.join('\n\n');
}

function measureTable(measure: Measure, rows: readonly Row[]): string {
  const hasP99 = rows.some(({ p99Ms }) => p99Ms !== undefined);
  const cells = rows.map(({ contender, value, cpuMsPerWork, peakRssBytes, p99Ms }) => [
    contenders[contender].title,
    `${formatNumber(value.median)} (${formatNumber(value.min)}–${formatNumber(value.max)})`,
    ...(hasP99 ? [p99Ms === undefined ? '' : formatNumber(p99Ms)] : []),
    formatNumber(cpuMsPerWork),
    formatMegabytes(peakRssBytes),
  ]);
  const head = ['', measure.unit, ...(hasP99 ? ['p99 ms'] : []), `CPU ms per ${measure.work}`, 'peak memory'];
  return table(head, cells);
}

function measuredRows(measure: Measure, run: RecordedRun): readonly Row[] {
  return rowsOf(run.samples.filter((sample) => sample.measure === measure.id));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
