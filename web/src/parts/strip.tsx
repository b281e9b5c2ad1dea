import { memo } from 'react';
import { day } from './exact.ts';
import { useNow } from './now.ts';
import classes from './strip.module.css';
import { dayStarts } from './zoned.ts';

const DAYS = 60;

/** On which of the last 60 days of the site a recovery point began: a high block a day, a low one where none did; darker where several did. */
export const Strip = memo(function Strip({ points, zone }: { readonly points: readonly number[]; readonly zone: string }) {
  const starts = dayStarts(useNow(3600), zone, DAYS);
  const counts = countsOf(points, starts);
  return (
    <svg className={classes.strip} viewBox={`0 0 ${DAYS} 10`} preserveAspectRatio="none" role="img" aria-label={said(counts, starts, zone)}>
      <path className={classes.not} d={blocks(counts, (count) => count === 0, 7)} />
      <path className={classes.has} d={blocks(counts, (count) => count === 1, 0)} />
      <path className={classes.many} d={blocks(counts, (count) => count > 1, 0)} />
    </svg>
  );
});

function countsOf(points: readonly number[], starts: readonly number[]): readonly number[] {
  const counts = starts.map(() => 0);
  let index = 0;
  for (const point of points) {
    if (point < (starts[0] ?? 0)) continue;
    while (index + 1 < starts.length && point >= (starts[index + 1] ?? 0)) index += 1;
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts;
}

function blocks(counts: readonly number[], which: (count: number) => boolean, top: number): string {
  return counts.flatMap((count, index) => (which(count) ? [`M${index + 0.1} ${top}h.8v${10 - top}h-.8z`] : [])).join('');
}

function said(counts: readonly number[], starts: readonly number[], zone: string): string {
  const some = counts.filter((count) => count > 0).length;
  const lastWithout = counts.lastIndexOf(0, counts.length - 2);
  const gap = lastWithout < 0 ? '' : `, last without one ${day(starts[lastWithout] ?? 0, zone)}`;
  return `Recovery points on ${some} of the last ${DAYS} days${gap}`;
}
