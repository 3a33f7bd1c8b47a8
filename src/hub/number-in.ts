/** Of a query, as tools send it: what is no whole number from 1 counts as left out, what is more is cut. */
export function numberIn(
  text: string | null,
  { fallback, maximum }: { fallback: number; maximum: number },
): number {
  const number = Number(text);
  return Number.isInteger(number) && number >= 1 ? Math.min(number, maximum) : fallback;
}
