import { widthOf } from './width.ts';

/** Breaks a text at blanks so that it fits `width` columns, indented; later lines by `hanging` more. */
export function wrap(
  text: string,
  { width, indent, hanging = 0 }: { readonly width: number; readonly indent: number; readonly hanging?: number },
): string {
  const lines: string[] = [];
  let line = ' '.repeat(indent);
  let empty = true;
  for (const word of text.split(' ')) {
    if (!empty && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = ' '.repeat(indent + hanging);
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line].join('\n');
}
