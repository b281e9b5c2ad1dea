import type { Finding } from '../finding.ts';
import type { Site } from '../policy/policy.ts';
import { DAY_SECONDS, spellDuration, spellInstant, spellSize, type UnixSeconds } from '../units.ts';
import type { Forecast } from './forecast.ts';
import type { TierUse } from './growth.ts';

/** Early enough to buy disks, and so late that nobody orders them for a guess. */
const WARN_SECONDS = 30 * DAY_SECONDS;
const ALARM_SECONDS = 7 * DAY_SECONDS;
/** A budget is told before it is used up. */
const BUDGET_FRACTION = 0.9;

type Asked = { readonly site: Pick<Site, 'name' | 'timeZone'>; readonly now: UnixSeconds };

/** Stores that fill within a month. The date is that of the collection's end, which comes before the disk's. */
export function fillFindings(forecasts: readonly Forecast[], { site, now }: Asked): readonly Finding[] {
  return forecasts.flatMap((forecast): Finding[] => {
    if (!forecast.known) return [];
    const { what, stuckAt, fullAt, perDay, availableBytes } = forecast;
    if (stuckAt.usual === undefined || stuckAt.usual - now > WARN_SECONDS) return [];
    const [kind, name] = what.split(':', 2) as [string, string];
    const left = Math.max(0, stuckAt.usual - now);
    const day = (at: UnixSeconds): string => spellInstant(at, site.timeZone, { zone: false }).slice(0, 10);
    const growing = perDay.usual > 0 ? `, growing by ${spellSize(perDay.usual)} a day` : '';
    const full = fullAt.usual === undefined ? '' : `; it is full on ${day(fullAt.usual)}`;
    const store = kind === 'zfs' ? `ZFS pool ${name}` : `datastore ${name}`;
    return [
      {
        severity: left <= ALARM_SECONDS ? 'error' : 'warning',
        code: 'HF-FILLS',
        at: `${site.name}: ${store}`,
        site: site.name,
        problem:
          left === 0
            ? `The ${store} has ${spellSize(availableBytes)} free, too little for ${kind === 'zfs' ? 'what changes in it' : 'garbage collection'}`
            : `The ${store} has ${spellSize(availableBytes)} free${growing}: on ${day(stuckAt.usual)}, in ${spellDuration(left)}, ${kind === 'zfs' ? 'next to nothing is left' : 'garbage collection can no longer run'}${full}`,
        why:
          kind === 'zfs'
            ? 'guests on it stop writing, and so do their backups'
            : 'from then on pruning frees nothing, and every backup fails',
        fix:
          kind === 'zfs' ? 'make room on it or add disks' : 'add room to the datastore, or see which tier takes it:\n    holdfast capacity',
      },
    ];
  });
}

/** Tiers that have used nine tenths of their budget. */
export function budgetFindings(uses: readonly TierUse[], { site }: Asked): readonly Finding[] {
  return uses.flatMap(({ tier, newBytes, perDayBytes, budgetBytes }): Finding[] => {
    if (budgetBytes === undefined || newBytes < budgetBytes * BUDGET_FRACTION) return [];
    const over = newBytes >= budgetBytes;
    return [
      {
        severity: 'warning',
        code: 'HF-BUDGET',
        at: `${site.name}: tier ${tier}`,
        site: site.name,
        tier,
        problem: `Tier ${tier} has sent about ${spellSize(newBytes)} of new data, ${over ? 'more than' : 'close to'} its budget of ${spellSize(budgetBytes)}, and sends ${spellSize(perDayBytes)} more a day (estimated from the logs of its backups)`,
        why: over ? 'it takes room that other tiers were promised' : 'at this pace the budget is used up soon',
        fix: 'see which guest grows, and move it or raise the budget:\n    holdfast capacity',
      },
    ];
  });
}
