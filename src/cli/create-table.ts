import type { Output } from './output.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

export interface Table {
  /** Writes one page of rows, the titles before the first. Answers whether anybody still reads. */
  write(rows: readonly (readonly string[])[]): Promise<boolean>;
}

const GAP = '  ';

/**
 * Aligned columns for people, without holding more than a page: a later page with longer cells widens its columns
 * from there on.
 */
export function createTable(out: Output, columns: readonly Column[]): Table {
  const widths = columns.map((column) => width(column.title));
  let isFirst = true;

  const line = (cells: readonly string[]) =>
    columns
      .map((column, index) => {
        const cell = cells[index] ?? '';
        const space = ' '.repeat(Math.max(0, (widths[index] ?? 0) - width(cell)));
        return column.align === 'right' ? space + cell : cell + space;
      })
      .join(GAP)
      .trimEnd();

  return {
    async write(rows) {
      for (const row of rows) {
        row.forEach((cell, index) => {
          widths[index] = Math.max(widths[index] ?? 0, width(cell));
        });
      }
      const lines = rows.map(line);
      if (isFirst) lines.unshift(out.style('bold', line(columns.map((column) => column.title))));
      isFirst = false;
      return out.write(lines.map((text) => `${text}\n`).join(''));
    },
  };
}

function width(text: string): number {
  return [...text].length;
}
