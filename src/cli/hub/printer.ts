import { printable } from '../../kernel/index.ts';
import type { CommandContext } from '../command-context.ts';
import { createTable, type Table } from '../create-table.ts';
import { jsonLine } from '../json-line.ts';
import { type Columns, showCell } from './columns.ts';

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next?: string | undefined;
}

/** What a command answers: for people, or with `--json` for scripts. */
export interface Printer {
  /** Every page of a list, until nobody reads any more. `empty` is for people who get nothing. */
  list<Item extends object>(
    read: (cursor: string | undefined) => Promise<Page<Item>>,
    options: { readonly columns: Columns<Item>; readonly empty: string; readonly limit?: number | undefined },
  ): Promise<void>;
  /** One thing, a line for each of its fields. */
  show<Item extends object>(item: Item, columns: Columns<Item>): Promise<void>;
  /** A sentence about what was done; for scripts `result`. */
  done(sentence: string, result: object): Promise<void>;
  /** A secret alone on standard output, so that it can be piped on; what it is good for on standard error. */
  secret(secret: string, options: { readonly hint: string; readonly result: object }): Promise<void>;
}

export function createPrinter(
  { out, err, clock }: Pick<CommandContext, 'out' | 'err' | 'clock'>,
  { json }: { readonly json: boolean },
): Printer {
  return {
    async list(read, { columns, empty, limit = Number.POSITIVE_INFINITY }) {
      const cells = Object.values(columns);
      let table: Table | undefined;
      let cursor: string | undefined;
      let left = limit;
      let isEmpty = true;
      let isCut = false;
      do {
        const page = await read(cursor);
        const items = page.items.slice(0, left);
        left -= items.length;
        cursor = page.next;
        isCut = left === 0 && (cursor !== undefined || items.length < page.items.length);
        if (items.length === 0) continue;
        isEmpty = false;
        if (json) {
          if (!(await out.write(items.map(jsonLine).join('')))) return;
          continue;
        }
        const rows = items.map((item) => cells.map((cell) => cell(item, clock.now())));
        table ??= createTable(
          out,
          Object.keys(columns).map((title, index) => ({
            title,
            align: typeof rows[0]?.[index] === 'number' ? 'right' : 'left',
          })),
        );
        if (!(await table.write(rows.map((row) => row.map(showCell))))) return;
      } while (cursor !== undefined && left > 0);
      if (json) return;
      if (isEmpty) await err.write(`${empty}\n`);
      else if (isCut) await err.write(`There is more: --limit ${limit * 2}\n`);
    },

    async show(item, columns) {
      if (json) {
        await out.write(jsonLine(item));
        return;
      }
      const width = Math.max(...Object.keys(columns).map((title) => title.length));
      const lines = Object.entries(columns).map(
        ([title, cell]) =>
          `${out.style('bold', title.padEnd(width))}  ${showCell(cell(item, clock.now()))}\n`,
      );
      await out.write(lines.join(''));
    },

    async done(sentence, result) {
      await out.write(json ? jsonLine(result) : `${printable(sentence)}\n`);
    },

    async secret(secret, { hint, result }) {
      if (json) {
        await out.write(jsonLine(result));
        return;
      }
      await out.write(`${printable(secret)}\n`);
      await err.write(`${printable(hint)}\n`);
    },
  };
}
