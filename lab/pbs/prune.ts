import { localTime } from '../zone.ts';

export type PruneOptions = {
  readonly last?: number | undefined;
  readonly hourly?: number | undefined;
  readonly daily?: number | undefined;
  readonly weekly?: number | undefined;
  readonly monthly?: number | undefined;
  readonly yearly?: number | undefined;
};

export type PruneMark = 'kept' | 'removed' | 'protected' | 'kept-partial';

type Backup = { readonly time: number; readonly protected?: boolean; readonly finished?: boolean };

/** The period a time belongs to, by the wall clock of the server. */
const PERIODS: Readonly<Record<keyof PruneOptions, (time: number, timeZone: string) => number>> = {
  last: (time) => time,
  hourly: (time, zone) => Math.floor(wallSeconds(time, zone) / 3600),
  daily: (time, zone) => Math.floor(wallSeconds(time, zone) / 86_400),
  // The first day of 1970 was a Thursday: three days on, weeks begin on Mondays.
  weekly: (time, zone) => Math.floor((wallSeconds(time, zone) / 86_400 + 3) / 7),
  monthly: (time, zone) => localTime(time, zone).year * 12 + localTime(time, zone).month,
  yearly: (time, zone) => localTime(time, zone).year,
};

/**
 * What PBS does with each snapshot of one group, in the order given.
 *
 * Written from the manual alone, and on purpose not from our own retention: the two are held against each other.
 * https://pbs.proxmox.com/docs/maintenance.html#prune-and-retention
 */
export function pruneGroup(snapshots: readonly Backup[], keep: PruneOptions, timeZone: string): PruneMark[] {
  const marks: (PruneMark | undefined)[] = snapshots.map(() => undefined);
  const newestFirst = [...snapshots.keys()].sort((a, b) => snapshots[b]!.time - snapshots[a]!.time);
  const rules = (Object.keys(PERIODS) as (keyof PruneOptions)[]).filter((rule) => (keep[rule] ?? 0) > 0);
  if (rules.length === 0) return snapshots.map((one) => (one.protected ? 'protected' : 'kept'));

  for (const [place, index] of newestFirst.entries()) {
    if (snapshots[index]!.finished === false) marks[index] = place === 0 ? 'kept-partial' : 'removed';
  }
  for (const index of newestFirst) if (snapshots[index]!.protected) marks[index] = 'protected';

  for (const rule of rules) {
    const period = (index: number) => PERIODS[rule](snapshots[index]!.time, timeZone);
    const covered = new Set(newestFirst.filter((index) => marks[index] === 'kept').map(period));
    const taken = new Set<number>();
    for (const index of newestFirst) {
      if (marks[index] !== undefined || covered.has(period(index))) continue;
      if (taken.has(period(index))) {
        marks[index] = 'removed';
        continue;
      }
      if (taken.size === keep[rule]) break;
      taken.add(period(index));
      marks[index] = 'kept';
    }
  }
  return marks.map((mark) => mark ?? 'removed');
}

function wallSeconds(time: number, timeZone: string): number {
  const { year, month, day, hour, minute, second } = localTime(time, timeZone);
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}
