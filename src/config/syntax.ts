import type { YAMLError } from 'yaml';
import type { Finding } from '#core/finding.ts';
import { placeOf, type SourceText } from './source.ts';

type Words = { readonly problem: string; readonly fix: string };

/** The parser's codes in words of a person. `text` is what stands at the place. */
const WORDS: Readonly<Record<string, (text: string) => Words>> = {
  TAB_AS_INDENT: () => ({ problem: 'A tab indents this line', fix: 'indent with spaces: two per level' }),
  BAD_INDENT: () => ({
    problem: 'This line is indented differently from its neighbours',
    fix: 'align it with the other entries of the same level: two spaces per level',
  }),
  MISSING_CHAR: (text) => ({
    problem: /^["']/.test(text) ? 'This quote is never closed' : 'A character is missing here, or a bracket or a quote is never closed',
    fix: 'close what was opened, or write the comma or the space after the colon that is missing',
  }),
  UNEXPECTED_TOKEN: (text) => ({
    problem: `${quote(text)} is not expected here`,
    fix: 'look for a missing comma, colon, bracket or quote just before it',
  }),
  BAD_DQ_ESCAPE: (text) => ({
    problem: `${quote(text)} is no escape that YAML knows`,
    fix: "use single quotes, in which a backslash is only a backslash:\n    '\\d'",
  }),
  BAD_SCALAR_START: (text) => ({
    problem: `A plain text cannot begin with ${quote(text.slice(0, 1))}`,
    fix: `quote it:\n    "${shorten(text.replaceAll('"', ''))}"`,
  }),
  BLOCK_AS_IMPLICIT_KEY: () => ({
    problem: 'There are two "key: value" on one line',
    fix: 'put each on its own line, or quote the text if the second colon belongs to it',
  }),
  MULTILINE_IMPLICIT_KEY: () => ({
    problem: 'This line has no colon, or the one before it lacks something',
    fix: 'write "key: value" on one line',
  }),
  BLOCK_IN_FLOW: () => ({
    problem: 'An indented block stands inside brackets',
    fix: 'inside { } and [ ] write "key: value" with commas between them',
  }),
  BAD_COLLECTION_TYPE: () => ({
    problem: 'A list and a map are mixed at one level',
    fix: 'begin every line of a list with "- ", and no line of a map',
  }),
  TAG_RESOLVE_FAILED: (text) => ({
    problem: `The tag ${quote(text)} is not known`,
    fix: 'remove the tag; quote the text if it begins with an exclamation mark',
  }),
  KEY_OVER_1024_CHARS: () => ({ problem: 'A key is longer than 1024 characters', fix: 'look for a missing line break or quote' }),
  RESOURCE_EXHAUSTION: () => ({ problem: 'The nesting is too deep to be read', fix: 'write the policy out plainly' }),
  BAD_DIRECTIVE: () => ({ problem: 'This YAML directive is not known', fix: 'remove the line that begins with "%"' }),
  MULTIPLE_ANCHORS: () => ({ problem: 'Two anchors name one value', fix: 'keep one of them' }),
  MULTIPLE_TAGS: () => ({ problem: 'Two tags stand before one value', fix: 'remove both: a policy needs none' }),
  ALIAS_PROPS: () => ({ problem: 'An alias has an anchor or a tag of its own', fix: 'remove the anchor or the tag before the "*"' }),
};

/** A YAML syntax error as a finding with its place. */
export function explainSyntax(source: SourceText, error: YAMLError): Finding {
  const { start, end } = positions(source.text, error);
  const line = source.text.slice(start).split('\n', 1)[0]!;
  const place = placeOf({ source, start, end });
  const words =
    special(source.text, error) ??
    WORDS[error.code]?.(error.code === 'BAD_SCALAR_START' ? line : source.text.slice(start, Math.max(end, start + 1)));
  return {
    severity: 'error',
    code: error.code === 'RESOURCE_EXHAUSTION' ? 'HF-YAML-LIMIT' : 'HF-YAML',
    at: `${place.file}:${place.line}:${place.column}`,
    problem: words?.problem ?? `This is no valid YAML: ${shorten(error.message)}`,
    why: 'the rest of the file cannot be understood with certainty from here on',
    fix: words?.fix ?? 'correct the line, or compare it with the example:\n    holdfast init --preset adr-005 --out example.yaml',
    place,
  };
}

/** Mistakes for which the parser has one code and people need two sentences. */
function special(text: string, error: YAMLError): Words | undefined {
  if (error.code === 'BAD_INDENT' && /end with a [\]}]/.test(error.message)) {
    return { problem: 'A bracket is never closed, or closed by the wrong one', fix: 'close every "[" with "]" and every "{" with "}"' };
  }
  const here = text.slice(text.lastIndexOf('\n', error.pos[0] - 1) + 1).split('\n', 1)[0]!;
  if (/^(?:<{7}|={7}|>{7}|\|{7})(?: |\r?$)/.test(here)) {
    return {
      problem: 'A conflict of a merge was left here',
      fix: 'keep one of the two sides, and remove the lines with <<<<<<<, ======= and >>>>>>>',
    };
  }
  if (text.startsWith('//', error.pos[0])) {
    return { problem: 'A comment begins with "#", not with "//"', fix: 'write "#" in place of "//"' };
  }
  if (error.code !== 'BLOCK_AS_IMPLICIT_KEY') return undefined;
  const lineStart = text.lastIndexOf('\n', error.pos[0]) + 1;
  const [line = '', ...after] = text.slice(lineStart, lineStart + 4000).split('\n');
  const next = after.find((one) => one.trim() !== '' && !one.trim().startsWith('#'));
  if (next === undefined || /:\s.*:\s/.test(line) || indentOf(next) <= indentOf(line)) return undefined;
  return {
    problem: 'The line after this one is indented deeper, but this one already has its value',
    fix: 'align both lines: two spaces per level',
  };
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** Where a quote was opened that is never closed: the last one on the last line that has an odd number of them. */
function openQuote(text: string, mark: string): number | undefined {
  let end = text.length;
  while (end > 0) {
    const start = text.lastIndexOf('\n', end - 1) + 1;
    const line = text.slice(start, end);
    if (line.split(mark).length % 2 === 0) return start + line.lastIndexOf(mark);
    end = start - 1;
  }
  return undefined;
}

/** The parser points before white space where it misses something; the caret stands where text is. */
function positions(text: string, error: YAMLError): { readonly start: number; readonly end: number } {
  const [from, to] = error.pos;
  let start = Math.min(from, text.length);
  const mark = error.code === 'MISSING_CHAR' ? /closing (['"])quote/.exec(error.message)?.[1] : undefined;
  const opened = mark === undefined ? undefined : openQuote(text, mark);
  if (opened !== undefined) return { start: opened, end: opened + 1 };
  if (error.code === 'TAB_AS_INDENT') return { start, end: start + 1 };
  while (start > 0 && start === text.length && /\s/.test(text[start - 1]!)) start--;
  return { start, end: Math.min(Math.max(to, start + 1), start + 80) };
}

function quote(text: string): string {
  return `"${shorten(text)}"`;
}

function shorten(text: string): string {
  const line = text.split('\n', 1)[0]!.trim();
  return line.length > 40 ? `${line.slice(0, 40)}…` : line;
}
