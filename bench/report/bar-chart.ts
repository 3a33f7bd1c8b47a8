/** Bar charts as SVG text: no script, no font of its own, colours that hold on a light and on a dark page. */

import { formatNumber } from './format.ts';

export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly isOwn: boolean;
}

export interface BarGroup {
  readonly title: string;
  /** Bars are as long as their share of the group's longest. */
  readonly bars: readonly Bar[];
}

const WIDTH = 780;
const LABEL_WIDTH = 210;
const BAR_SPACE = 440;
const BAR_HEIGHT = 16;
const LINE = 22;
const GROUP_GAP = 26;

export function renderBarChart(chart: {
  readonly title: string;
  readonly groups: readonly BarGroup[];
}): string {
  const parts: string[] = [];
  let y = 30;
  for (const { title, bars } of chart.groups) {
    y += GROUP_GAP;
    parts.push(`<text class="group" x="8" y="${y - 8}">${escapeXml(title)}</text>`);
    const longest = Math.max(...bars.map(({ high }) => high));
    const scale = longest > 0 ? BAR_SPACE / longest : 0;
    for (const bar of bars) {
      parts.push(renderBar(bar, y, scale));
      y += LINE;
    }
  }
  return svgPage({ title: chart.title, width: WIDTH, height: y + 8, parts });
}

/** The page that charts are drawn on, with its title and its colours: `own`, `other`, `spread`, `group`. */
export function svgPage(page: {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly parts: readonly string[];
}): string {
  const { width, height } = page;
  const title = escapeXml(page.title);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${title}</title>
<style>
/* Page and text change together: readable whatever surrounds it. */
.page { fill: #ffffff; }
text { font: 12px system-ui, sans-serif; fill: #24292f; }
.title { font-size: 15px; font-weight: 600; }
.group { font-weight: 600; }
.own { fill: #1f883d; }
.other { fill: #8c959f; }
.spread { stroke: #24292f; stroke-width: 1.5; }
@media (prefers-color-scheme: dark) {
  .page { fill: #0d1117; }
  text { fill: #e6edf3; }
  .own { fill: #3fb950; }
  .other { fill: #6e7681; }
  .spread { stroke: #e6edf3; }
}
</style>
<rect class="page" x="0" y="0" width="${width}" height="${height}" rx="6"/>
<text class="title" x="8" y="20">${title}</text>
${page.parts.join('\n')}
</svg>
`;
}

function renderBar({ label, value, low, high, isOwn }: Bar, y: number, scale: number): string {
  const length = round(Math.max(1, value * scale));
  const middle = y + BAR_HEIGHT / 2;
  const text = round(LABEL_WIDTH + Math.max(length, high * scale) + 8);
  return [
    `<text x="${LABEL_WIDTH - 8}" y="${middle + 4}" text-anchor="end">${escapeXml(label)}</text>`,
    `<rect class="${isOwn ? 'own' : 'other'}" x="${LABEL_WIDTH}" y="${y}" width="${length}" height="${BAR_HEIGHT}"/>`,
    `<line class="spread" x1="${round(LABEL_WIDTH + low * scale)}" x2="${round(LABEL_WIDTH + high * scale)}" y1="${middle}" y2="${middle}"/>`,
    `<text x="${text}" y="${middle + 4}">${formatNumber(value)}</text>`,
  ].join('');
}

export const round = (value: number) => Math.round(value * 10) / 10;

export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
