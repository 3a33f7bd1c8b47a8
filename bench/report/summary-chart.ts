/** One chart for the README: how Lading stands beside the best of its peers, on a scale on which 2× and ½× are as long. */

import { PEERS, type Scenario } from '../measure/types.ts';
import { contenders } from '../peers/start-server.ts';
import { escapeXml, round, svgPage } from './bar-chart.ts';
import { formatRatio } from './format.ts';
import type { Results } from './results.ts';
import { judge, rowsOf } from './row.ts';

interface SummaryLine {
  readonly title: string;
  /** Times as good as the best peer. */
  readonly ratio: number;
  readonly bestPeer: string;
  /** Undefined where that is the best. */
  readonly overRegistry2: number | undefined;
}

const WIDTH = 900;
const LABEL_WIDTH = 280;
const BAR_SPACE = 330;
const BAR_HEIGHT = 12;
const LINE = 18;
const GROUP_GAP = 26;

/** Of each measure that is aimed at or limited and that a peer was measured by. */
export function summaryChart(results: Results, scenarios: readonly Scenario[]): string {
  const groups = scenarios.flatMap((scenario) => {
    const lines = summaryLines(results, scenario);
    return lines.length > 0 ? [{ title: scenario.title, lines }] : [];
  });
  const ratios = groups.flatMap(({ lines }) => lines.map(({ ratio }) => ratio));
  const from = Math.min(0.5, ...ratios);
  const until = Math.max(2, ...ratios);
  const at = (ratio: number) =>
    round(LABEL_WIDTH + (BAR_SPACE * Math.log(ratio / from)) / Math.log(until / from));
  const parts: string[] = [];
  let y = 34;
  for (const { title, lines } of groups) {
    y += GROUP_GAP;
    parts.push(`<text class="group" x="8" y="${y - 7}">${escapeXml(title)}</text>`);
    for (const line of lines) {
      parts.push(renderLine(line, y, at));
      y += LINE;
    }
  }
  parts.push(`<line class="spread" x1="${at(1)}" x2="${at(1)}" y1="40" y2="${y}"/>`);
  parts.push(`<text x="${at(1)}" y="${y + 14}" text-anchor="middle">1×, as good</text>`);
  const title = 'Lading beside the best of its peers, and beside registry:2 (longer is better)';
  return svgPage({ title, width: WIDTH, height: y + 24, parts });
}

function summaryLines(results: Results, { name, measures }: Scenario): readonly SummaryLine[] {
  const samples = results.scenarios[name]?.samples ?? [];
  return measures.flatMap((measure) => {
    if (measure.limit === undefined && (measure.aims ?? []).length === 0) return [];
    const rows = rowsOf(samples.filter((sample) => sample.measure === measure.id));
    const over = (aimed: 'best peer' | 'registry-2') =>
      judge({ ...measure, aims: [{ over: aimed, factor: 1 }] }, rows)[0]?.ratio;
    const ratio = over('best peer');
    if (ratio === undefined || !(ratio > 0) || !Number.isFinite(ratio)) return [];
    const sign = measure.better === 'higher' ? -1 : 1;
    const [best] = rows
      .filter(({ contender }) => contender !== 'lading' && PEERS.some((peer) => peer === contender))
      .sort((a, b) => sign * (a.value.median - b.value.median));
    return {
      title: measure.title,
      ratio,
      bestPeer: best ? contenders[best.contender].title : '',
      overRegistry2: best?.contender === 'registry-2' ? undefined : over('registry-2'),
    };
  });
}

function renderLine(line: SummaryLine, y: number, at: (ratio: number) => number): string {
  const { title, ratio, bestPeer, overRegistry2 } = line;
  const [left, right] = [Math.min(at(1), at(ratio)), Math.max(at(1), at(ratio))];
  const baseline = y + BAR_HEIGHT - 2;
  const beside = overRegistry2 === undefined ? '' : `, ${formatRatio(overRegistry2)} registry:2`;
  return [
    `<text x="${LABEL_WIDTH - 8}" y="${baseline}" text-anchor="end">${escapeXml(title)}</text>`,
    `<rect class="${ratio >= 1 ? 'own' : 'other'}" x="${left}" y="${y}" width="${round(Math.max(1, right - left))}" height="${BAR_HEIGHT}"/>`,
    `<text x="${LABEL_WIDTH + BAR_SPACE + 8}" y="${baseline}">${escapeXml(`${formatRatio(ratio)} ${bestPeer}${beside}`)}</text>`,
  ].join('');
}
