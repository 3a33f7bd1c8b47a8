import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderBarChart } from './bar-chart.ts';

const bar = { label: 'Lading', value: 50, low: 40, high: 60, isOwn: true };
const other = { label: 'peer', value: 100, low: 100, high: 100, isOwn: false };

function barsOf(svg: string): { kind: string | undefined; width: number }[] {
  return [...svg.matchAll(/<rect class="(own|other)"[^>]* width="([\d.]+)"/g)].map((match) => ({
    kind: match[1],
    width: Number(match[2]),
  }));
}

describe('bar chart', () => {
  it('draws bars as long as their share of the longest', () => {
    const svg = renderBarChart({ title: 'T', groups: [{ title: 'G', bars: [bar, other] }] });
    assert.deepEqual(barsOf(svg), [
      { kind: 'own', width: 220 },
      { kind: 'other', width: 440 },
    ]);
  });

  it('scales each group by itself', () => {
    const svg = renderBarChart({
      title: 'T',
      groups: [
        { title: 'big', bars: [{ ...other, value: 1e6, high: 1e6 }] },
        { title: 'small', bars: [{ ...other, value: 0.001, high: 0.001 }] },
      ],
    });
    assert.deepEqual(
      barsOf(svg).map(({ width }) => width),
      [440, 440],
    );
  });

  it('keeps a bar to be seen where the value is nothing', () => {
    const svg = renderBarChart({
      title: 'T',
      groups: [{ title: 'G', bars: [{ ...bar, value: 0, low: 0, high: 0 }] }],
    });
    assert.deepEqual(
      barsOf(svg).map(({ width }) => width),
      [1],
    );
  });

  it('escapes what could be markup', () => {
    const svg = renderBarChart({ title: 'a < b & "c"', groups: [{ title: '<g>', bars: [bar] }] });
    assert.match(svg, /<title>a &lt; b &amp; &quot;c&quot;<\/title>/);
    assert.ok(!svg.includes('<g>'));
  });

  it('is as high as what it holds, with a colour for dark pages', () => {
    const heightOf = (bars: number) => {
      const svg = renderBarChart({ title: 'T', groups: [{ title: 'G', bars: Array(bars).fill(bar) }] });
      assert.match(svg, /prefers-color-scheme: dark/);
      return Number(/ height="(\d+)" viewBox/.exec(svg)?.[1]);
    };
    assert.equal(heightOf(5) - heightOf(2), 3 * (heightOf(2) - heightOf(1)));
  });
});
