/** Three significant digits, thousands apart: `12,300`, `4.56`. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const rounded = value === 0 ? 0 : Number(value.toPrecision(3));
  return rounded.toLocaleString('en-US', { maximumFractionDigits: 6 });
}

export const formatMegabytes = (bytes: number) => `${formatNumber(bytes / 1e6)} MB`;

export const formatRatio = (ratio: number) => `${formatNumber(ratio)}×`;
