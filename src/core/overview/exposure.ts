import type { UnixSeconds } from '../units.ts';

export type PointLife = {
  /** When the backup began: how old its data is. */
  readonly at: UnixSeconds;
  /** When it could be used first. */
  readonly finishedAt: UnixSeconds;
  readonly usable: boolean;
  readonly goneAt?: UnixSeconds;
};

/**
 * The data age of a guest over time: two values where it falls or jumps, just before and after, and one at each end. Nothing is said of the time
 * before the first point and of times without one.
 */
export function exposureOf(
  points: readonly PointLife[],
  { since, now }: { readonly since: UnixSeconds; readonly now: UnixSeconds },
): readonly { readonly at: UnixSeconds; readonly seconds: number }[] {
  const usable = points.filter((point) => point.usable);
  const turns = new Set(usable.flatMap(({ finishedAt, goneAt }) => [finishedAt, ...(goneAt === undefined ? [] : [goneAt])]));
  const instants = [since, ...[...turns].filter((at) => at > since && at < now).sort((a, b) => a - b), now];
  return instants.flatMap((at, i) => {
    const [before, after] = [newestAt(usable, at - 1), newestAt(usable, at)];
    const end = i === 0 || i === instants.length - 1;
    return [
      ...(end || before === undefined || before === after ? [] : [{ at, seconds: at - before }]),
      ...(after === undefined || (!end && before === after) ? [] : [{ at, seconds: at - after }]),
    ];
  });
}

/** The begin of the newest point that could be used at an instant. */
function newestAt(points: readonly PointLife[], at: UnixSeconds): UnixSeconds | undefined {
  return points.findLast(({ finishedAt, goneAt }) => finishedAt <= at && (goneAt === undefined || goneAt > at))?.at;
}
