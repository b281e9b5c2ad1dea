import type { FilePlace } from '#core/finding.ts';

/** A policy file's name and text, and where its lines begin. `shown` is the text with secrets masked, character by character. */
export type SourceText = { readonly file: string; readonly text: string; readonly shown: string; readonly lineStarts: readonly number[] };

/** A stretch of a source: `start` included, `end` not, in UTF-16 units as JavaScript counts. */
export type Span = { readonly source: SourceText; readonly start: number; readonly end: number };

const LONGEST_LINE = 120;

export function makeSource(file: string, text: string): SourceText {
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  return { file, text, shown: mask(text), lineStarts };
}

/**
 * Line, column and text of a span. Columns count characters as people see them in an editor (code points).
 * The span is cut at the end of its first line; a line of more than 120 characters is cut around the span.
 */
export function placeOf({ source, start, end }: Span): FilePlace {
  const at = Math.min(start, source.text.length);
  const row = lineIndex(source.lineStarts, at);
  const lineStart = source.lineStarts[row]!;
  const line = source.shown.slice(lineStart, source.lineStarts[row + 1] ?? source.text.length).replace(/\r?\n$/, '');
  const inLine = Math.min(at - lineStart, line.length);
  const before = countCharacters(line.slice(0, inLine));
  const length = Math.max(1, countCharacters(line.slice(inLine, Math.max(inLine, Math.min(end - lineStart, line.length)))));
  const cut = cutAround(line, inLine);
  return {
    file: source.file,
    line: row + 1,
    column: before + 1,
    text: cut.text,
    length: Math.min(length, Math.max(1, countCharacters(cut.text) - cut.before)),
    ...(cut.before === before ? {} : { textColumn: cut.before + 1 }),
  };
}

/**
 * Values of keys that are called like secrets, secrets of Proxmox tokens, and passwords in addresses. The key is matched
 * forwards, as the first group: looking back over blanks would take time in proportion to their square.
 */
const SECRETS =
  /((?:token|password|passphrase|secret)["']?[ \t]*:[ \t]*)(?!["']?(?:env|file|exec):)(?:"[^"\n]*"|'[^'\n]*'|[^\s"',}\]][^\s,}\]]*)|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?<=:\/\/)[^\s/@"']+(?=@)/gi;

/** A text in which every secret a policy should not hold is replaced by dots. What is quoted to people goes through here. */
export function mask(text: string): string {
  return text.replaceAll(SECRETS, (found: string, key: string = '') => key + '•'.repeat(found.length - key.length));
}

/** Index of the line that holds an offset, by bisection: a hostile file may have a million lines. */
function lineIndex(lineStarts: readonly number[], offset: number): number {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (lineStarts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

function cutAround(line: string, inLine: number): { readonly text: string; readonly before: number } {
  if (line.length <= LONGEST_LINE) return { text: line, before: countCharacters(line.slice(0, inLine)) };
  const from = inLine < 80 ? 0 : inLine - 40;
  const text = `${from > 0 ? '…' : ''}${line.slice(from, from + LONGEST_LINE)}${from + LONGEST_LINE < line.length ? '…' : ''}`;
  return { text, before: countCharacters(line.slice(from, inLine)) + (from > 0 ? 1 : 0) };
}

function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
