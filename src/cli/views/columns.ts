import { widthOf } from './width.ts';
import { wrap } from './wrap.ts';

/** Rows as aligned columns, colours not counted; the last column is left ragged, and goes on in itself where it would pass `width`. */
export function columns(
  rows: readonly (readonly string[])[],
  options: { readonly indent?: number; readonly gap?: number; readonly width?: number } = {},
): string {
  const { indent = 0, gap = 2, width = Infinity } = options;
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, widthOf(cell));
  return rows
    .map((row) => {
      const cells = row.map((cell, i) => (i === row.length - 1 ? cell : cell + ' '.repeat(widths[i]! - widthOf(cell))));
      const line = ' '.repeat(indent) + cells.join(' '.repeat(gap)).trimEnd();
      if (widthOf(line) <= width) return line;
      const last = row.at(-1)!;
      const start = widthOf(line) - widthOf(last);
      const head = line.slice(0, line.length - last.length);
      return head + wrap(last, { width: Math.max(width, start + NARROWEST), indent: start }).trimStart();
    })
    .join('\n');
}

/** Columns that text gets at least. */
const NARROWEST = 20;
