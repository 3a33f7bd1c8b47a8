const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** Decimal units, as docker shows them: `999 B`, `1.2 kB`, `34.5 MB`, `120 GB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // 999.5 would be shown as 1000.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${units[unit]}`;
}
