import type { CapacityPage } from '#server/api/schema/watch.ts';
import { size } from '../../parts/size.ts';

type Store = Pick<CapacityPage['sites'][number]['stores'][number], 'samples' | 'totalBytes' | 'perDayBytes' | 'fullAt'>;

const DAY_SECONDS = 86_400;
const STEPS = 24;
/** The picture goes a little beyond the day it is full, never so far that the past is a sliver of it. */
const [SHORTEST, LONGEST, OTHERWISE] = [14 * DAY_SECONDS, 120 * DAY_SECONDS, 60 * DAY_SECONDS];

/** What was measured, and how it goes on at the growth that was seen: usual, and the band that holds nine tenths of it. */
export function outlook({ samples, totalBytes, perDayBytes, fullAt }: Store) {
  const last = samples.at(-1)!;
  const measured = { name: 'Used', points: samples.map(({ at, usedBytes }) => [at, usedBytes] as const) };
  const limits = [{ name: `holds ${size(totalBytes)}`, value: totalBytes }];
  if (perDayBytes === undefined) return { unit: 'bytes' as const, lines: [measured], limits };
  const ahead = fullAt === undefined ? OTHERWISE : Math.min(LONGEST, Math.max(SHORTEST, (fullAt - last.at) * 1.2));
  const times = Array.from({ length: STEPS + 1 }, (_, step) => last.at + (step * ahead) / STEPS);
  const used = (at: number, bytesADay: number) =>
    Math.min(totalBytes, Math.max(0, last.usedBytes + ((at - last.at) / DAY_SECONDS) * bytesADay));
  return {
    unit: 'bytes' as const,
    lines: [measured, { name: 'Foretold', dashed: true, points: times.map((at) => [at, used(at, perDayBytes.usual)] as const) }],
    band: {
      name: 'nine of ten times',
      points: times.map((at) => [at, used(at, perDayBytes.low), used(at, perDayBytes.high)] as const),
    },
    nowAt: last.at,
    limits,
  };
}
