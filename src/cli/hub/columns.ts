import { printable } from '../../kernel/index.ts';
import { formatAge } from '../format-age.ts';

export type Cell = string | number | boolean | undefined;

/** Titles and what stands under them. Numbers are aligned right. */
export type Columns<Item> = Readonly<Record<string, (item: Item, now: number) => Cell>>;

export function showCell(cell: Cell): string {
  if (cell === undefined || cell === '') return '-';
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  return typeof cell === 'number' ? String(cell) : printable(cell);
}

/** Of a time of the API: `5 minutes ago`. */
export function age(time: string | undefined, now: number): string | undefined {
  return time === undefined ? undefined : formatAge(Date.parse(time), now);
}

/** `2026-07-01 12:00`, in UTC. */
export function minute(time: string | undefined): string | undefined {
  return time?.slice(0, 16).replace('T', ' ');
}
