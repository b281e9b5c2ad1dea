import type { Finding } from '#core/finding.ts';

/** A finding as an item of a list. What stands on lines of its own in a fix is a command or code. */
export function findingItem({ severity, code, at, problem, fix }: Finding): string {
  const [first = '', ...rest] = fix.split('\n');
  const head = `- **${severity}** \`${code}\` at ${inline(at)}: ${inline(problem)}. Fix: ${inline(first)}`;
  return rest.length === 0
    ? head
    : [head, '', '  ```', ...rest.map((line) => `  ${line.replace(/^ {4}/, '')}`.trimEnd()), '  ```'].join('\n');
}

/** For a cell of a table. */
export function cell(text: string): string {
  return inline(text).replaceAll('|', '\\|').replaceAll('\n', ' ');
}

/** Names are other people's text: they must become neither markup nor lines. */
export function inline(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ').replaceAll(/[\\`*_<>[\]]/g, String.raw`\$&`);
}
