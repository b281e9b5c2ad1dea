import type { Happening } from './log.ts';

/**
 * Says what was wrong in a life, from its log alone. Written from the promise, not from the code: it knows no intent, no owner and no plan, and
 * reckons each date anew from the log.
 */
export function complaintsAbout(log: readonly Happening[]): string[] {
  return log.flatMap((one, i): string[] => {
    const before = log.slice(0, i);
    if (one.kind === 'flag' && !one.on && one.by === 'holdfast') return aboutLift(before, one.at, one.time);
    if (one.kind === 'gone') return aboutLoss(before, one);
    if (one.kind === 'end') return aboutEnd(before, one);
    return [];
  });
}

function aboutLift(before: readonly Happening[], at: number, time: number): string[] {
  const wrong: string[] = [];
  const dueAt = dueOf(before, at);
  if (dueAt > time) wrong.push(`the protection of ${at} was lifted ${dueAt - time} s too early`);
  if (lastFlag(before, at)?.by === 'person') wrong.push(`a person's protection of ${at} was lifted`);
  return wrong;
}

/** A point that was there when all locks were last seen to, and whose date has not come, can go only where a person lifted its protection since. */
function aboutLoss(before: readonly Happening[], { at, time, flag }: Extract<Happening, { kind: 'gone' }>): string[] {
  if (flag) return [`${at} went while it was protected`];
  const keptIndex = before.findLastIndex(({ kind }) => kind === 'kept');
  const kept = before[keptIndex];
  const look = before.slice(0, Math.max(0, keptIndex)).findLast((one) => one.kind === 'look');
  if (kept?.kind !== 'kept' || !kept.locks || kept.full || !look?.listed?.includes(at)) return [];
  const lifted = before.slice(keptIndex).some((one) => one.kind === 'flag' && one.at === at && one.by === 'person');
  const dueAt = dueOf(before.slice(0, keptIndex), at);
  return dueAt > time && !lifted ? [`${at} was let go ${dueAt - time} s before its date`] : [];
}

function aboutEnd(before: readonly Happening[], { time, locks, points, limit }: Extract<Happening, { kind: 'end' }>): string[] {
  const newest = Math.max(...points.filter(({ verified, at }) => verified && at <= time).map(({ at }) => at));
  const flagged = points.filter(({ flag }) => flag).length;
  return points.flatMap(({ at, flag }) => {
    const due = dueOf(before, at) <= time;
    if (locks && at === newest && !flag) return [`the newest verified point ${at} is not protected`];
    if (locks && !due && !flag && flagged < limit) return [`${at} is not due and not protected`];
    const last = lastFlag(before, at);
    const kept = locks && at === newest;
    return due && flag && !kept && last?.by === 'holdfast' && !couldNotTell(before, at) ? [`the protection of ${at} was forgotten`] : [];
  });
}

/** After a crash around the flag and a long time until the next look nobody can tell whose it is; then it has to stay. */
function couldNotTell(before: readonly Happening[], at: number): boolean {
  return before.some((one, i) => {
    if (one.kind !== 'crash') return false;
    const flag = before.slice(0, i).findLast((other) => other.kind === 'flag' || other.kind === 'look');
    const next = before.slice(i).find((other) => other.kind === 'look' && other.listed?.includes(at));
    return flag !== undefined && (next?.kind !== 'look' || Math.abs(next.ourTime - one.ourTime) > 3000);
  });
}

function lastFlag(before: readonly Happening[], at: number): Extract<Happening, { kind: 'flag' }> | undefined {
  return before.findLast((one) => one.kind === 'flag' && one.at === at) as Extract<Happening, { kind: 'flag' }> | undefined;
}

/** The latest of the dates that any policy gave the point at a look that was remembered, the point being known by then. */
function dueOf(before: readonly Happening[], at: number): number {
  const looks = before.filter((one) => one.kind === 'look');
  const first = looks.findIndex(({ listed }) => listed?.includes(at));
  if (first === -1) return 0;
  const seenAt = looks[first]!.ourTime;
  const dates = looks
    .slice(first)
    .map(({ latestTime, retentionSeconds }) => (at - latestTime > 300 ? Math.min(at, seenAt) : at) + retentionSeconds);
  return Math.max(...dates);
}
