/** One object on a line, as `--json` of every command writes it. Fields that are undefined are left out. */
export function jsonLine(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

/** Milliseconds since the Unix epoch as `2026-07-01T12:00:00.000Z`. */
export function toUtc(at: number): string {
  return new Date(at).toISOString();
}
