export type DiffLine = { readonly kind: 'same' | 'added' | 'removed'; readonly text: string; readonly number: number };

/** Above this many pairs of lines the middle is told as replaced whole: a difference is for people, and must come at once. */
const MOST_PAIRS = 4_000_000;

/** What turns `before` into `after`, line by line, with the fewest lines changed. `number` is the line's own in the text it is from. */
export function lineDiff(before: string, after: string): DiffLine[] {
  const [a, b] = [before.split('\n'), after.split('\n')];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  return [
    ...b.slice(0, start).map((text, index): DiffLine => ({ kind: 'same', text, number: index + 1 })),
    ...middle(a.slice(start, a.length - end), b.slice(start, b.length - end), start),
    ...b.slice(b.length - end).map((text, index): DiffLine => ({ kind: 'same', text, number: b.length - end + index + 1 })),
  ];
}

function middle(a: readonly string[], b: readonly string[], offset: number): DiffLine[] {
  const removed = (i: number): DiffLine => ({ kind: 'removed', text: a[i]!, number: offset + i + 1 });
  const added = (j: number): DiffLine => ({ kind: 'added', text: b[j]!, number: offset + j + 1 });
  if (a.length * b.length > MOST_PAIRS) return [...a.map((_, i) => removed(i)), ...b.map((_, j) => added(j))];
  const width = b.length + 1;
  /** Length of the longest common rest from line i of a and j of b on. */
  const common = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      common[i * width + j] =
        a[i] === b[j] ? common[(i + 1) * width + j + 1]! + 1 : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ kind: 'same', text: b[j]!, number: offset + j + 1 });
      i += 1;
      j += 1;
    } else if (i < a.length && (j === b.length || common[(i + 1) * width + j]! >= common[i * width + j + 1]!)) {
      lines.push(removed(i));
      i += 1;
    } else {
      lines.push(added(j));
      j += 1;
    }
  }
  return lines;
}

/** So many lines that stay are shown before and after what changed. */
const AROUND = 3;

/** Runs of lines around what changed; what lies between is left out. */
export function hunks(lines: readonly DiffLine[]): readonly (readonly DiffLine[])[] {
  const shown = new Set<number>();
  for (const [index, { kind }] of lines.entries())
    if (kind !== 'same') for (let near = index - AROUND; near <= index + AROUND; near += 1) shown.add(near);
  const found: DiffLine[][] = [];
  for (const [index, line] of lines.entries()) {
    if (!shown.has(index)) continue;
    if (!shown.has(index - 1) || found.length === 0) found.push([]);
    found.at(-1)!.push(line);
  }
  return found;
}
