import type { Paint } from '../out.ts';
import { columns } from './columns.ts';
import { wrap } from './wrap.ts';
import type { Judged } from '#app/prune.ts';
import { spellKeep } from '#core/retention/keep.ts';
import type { Mark } from '#core/retention/prune.ts';
import { spellDuration, spellInstant } from '#core/units.ts';

const MARKS: Readonly<Record<Mark, { readonly sign: string; readonly color: 'green' | 'dim' | 'cyan' | 'yellow' }>> = {
  kept: { sign: '●', color: 'green' },
  removed: { sign: '·', color: 'dim' },
  protected: { sign: '◆', color: 'cyan' },
  'kept-partial': { sign: '○', color: 'yellow' },
};

/** The group as a line of marks, oldest first, then each snapshot with its reason, newest first. */
export function prunedText({ verdicts, keep, timeZone }: Judged, paint: Paint, width: number): string {
  const newestAt = verdicts.at(-1)?.at ?? 0;
  const line = verdicts.map(({ mark }) => MARKS[mark].sign).join('');
  const rows = verdicts.toReversed().map(({ at, mark, reason }) => {
    const { sign, color } = MARKS[mark];
    return [
      paint[color](sign),
      spellInstant(at, timeZone, { zone: false }),
      `-${spellDuration(newestAt - at)}`,
      paint[color](mark),
      reason,
    ];
  });
  const count = (wanted: Mark): number => verdicts.filter(({ mark }) => mark === wanted).length;
  const counts = (['kept', 'protected', 'kept-partial', 'removed'] as const).flatMap((mark) =>
    count(mark) === 0 ? [] : [`${count(mark)} ${mark}`],
  );
  const head = `${verdicts.length} snapshots under ${spellKeep(keep)}, ${timeZone}: ${counts.join(', ') || 'none'}`;
  return [
    paint.bold(wrap(head, { width, indent: 0 })),
    ...chunks(line, width - 2).map((part) => `  ${part}`),
    '',
    columns(rows, { gap: width < 90 ? 1 : 2, width }),
    '',
  ].join('\n');
}

function chunks(text: string, size: number): string[] {
  const parts: string[] = [];
  for (let start = 0; start < text.length; start += size) parts.push(text.slice(start, start + size));
  return parts;
}

export function prunedJson({ verdicts, keep, timeZone }: Judged): unknown {
  return {
    keep,
    timeZone,
    snapshots: verdicts.map(({ at, mark, rule, reason, representedByAt }) => ({
      time: at,
      mark,
      rule: rule ?? null,
      representedBy: representedByAt ?? null,
      reason,
    })),
  };
}
