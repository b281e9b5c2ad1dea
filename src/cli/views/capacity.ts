import type { Effect, SiteCapacity } from '#app/capacity.ts';
import type { Dates, Forecast } from '#core/capacity/forecast.ts';
import { spellCount, spellInstant, spellSize, type UnixSeconds } from '#core/units.ts';
import type { Paint } from '../out.ts';
import { columns } from './columns.ts';
import { findingsText } from './finding.ts';
import { wrap } from './wrap.ts';

/** How full each store is and when it will be, then who fills it. Whatever is estimated says so. */
export function capacityText(sites: readonly SiteCapacity[], paint: Paint, width?: number): string {
  return `${sites.map((site) => siteText(site, paint, width)).join('\n\n')}\n`;
}

const MOST_GUESTS = 10;

function siteText({ site, timeZone, stores, tiers, guests, findings, effect }: SiteCapacity, paint: Paint, width?: number): string {
  const growing = guests.filter(({ perDayBytes }) => perDayBytes !== undefined);
  return [
    paint.bold(site),
    ...(stores.length === 0
      ? ['  nothing is remembered of it yet: figures come with the watch (holdfast serve)']
      : stores.map((store) => storeText(store, timeZone, paint))),
    '',
    `Tiers, new data since the first remembered run ${paint.dim('(estimated from logs of backups)')}`,
    columns(
      tiers.map(({ tier, name, guests: count, newBytes, perDayBytes, budgetBytes }) => [
        `${tier} ${name}`,
        count === 0 ? 'no runs yet' : spellCount(count, 'guest'),
        count === 0 ? '' : spellSize(newBytes),
        count === 0 ? '' : growing.some((one) => one.tier === tier) ? `${spellSize(perDayBytes)} a day` : '? a day',
        budgetBytes === undefined ? '' : `of ${spellSize(budgetBytes)}`,
      ]),
      { indent: 2 },
    ),
    ...lockedLine(tiers, width),
    '',
    `Guests that add most ${paint.dim('(estimated)')}`,
    growing.length === 0
      ? '  no guest has two runs with figures yet'
      : columns(
          growing
            .slice(0, MOST_GUESTS)
            .map(({ vmid, name, tier, perDayBytes, runs }) => [
              String(vmid),
              name ?? '',
              tier === undefined ? 'no tier' : `tier ${tier}`,
              `${spellSize(perDayBytes!)} a day`,
              spellCount(runs, 'run'),
            ]),
          { indent: 2 },
        ),
    ...(guests.length > growing.length ? [`  of ${guests.length - growing.length} more nothing can be said yet`] : []),
    ...(effect ? ['', effectText(effect)] : []),
    ...(findings.length === 0 ? [] : ['', findingsText(findings, paint, width).trimEnd()]),
  ].join('\n');
}

/** Why a tier that locks fills more than its keep values say. */
function lockedLine(tiers: SiteCapacity['tiers'], width = 100): string[] {
  const locking = tiers.filter(({ lock }) => lock).map(({ tier }) => tier);
  if (locking.length === 0) return [];
  const who = locking.length === 1 ? `Tier ${locking[0]} locks its points` : `Tiers ${locking.join(', ')} lock their points`;
  return [wrap(`${who}: PBS counts no protected point when it prunes, so about twice as many stay as without`, { width, indent: 2 })];
}

function storeText(store: Forecast, timeZone: string, paint: Paint): string {
  const { what, usedBytes, totalBytes, availableBytes } = store;
  const [kind, name] = what.split(':', 2) as [string, string];
  const head = `  ${kind === 'zfs' ? 'ZFS pool' : 'datastore'} ${name}  ${Math.floor((usedBytes / totalBytes) * 100)} % of ${spellSize(totalBytes)}, ${spellSize(availableBytes)} free`;
  if (!store.known) return `${head}\n    ${paint.dim(`no forecast: ${store.because}`)}`;
  const { perDay, fullAt, stuckAt } = store;
  const day = (at: UnixSeconds | undefined): string =>
    at === undefined ? 'not within three years' : spellInstant(at, timeZone, { zone: false }).slice(0, 10);
  const when = ({ usual, high }: Dates): string => {
    const [expected, earliest] = [day(usual), day(high)];
    return expected === earliest ? expected : `${expected}, ${earliest} at the earliest`;
  };
  const band = perDay.low === perDay.high ? '' : ` (${signed(perDay.low)} to ${signed(perDay.high)})`;
  return [
    head,
    `    grows by ${signed(perDay.usual)} a day${band}`,
    columns(
      [
        [kind === 'zfs' ? 'nearly full' : 'too full for garbage collection', when(stuckAt)],
        ['full', when(fullAt)],
      ],
      { indent: 4 },
    ),
  ].join('\n');
}

function effectText({ tier, pointsMore, bytes, unknownGuests }: Effect): string {
  const verb = pointsMore >= 0 ? 'take' : 'free';
  const unknown = unknownGuests === 0 ? '' : `; of ${unknownGuests} guests nothing is known`;
  const delay = pointsMore < 0 ? ', once pruned and, a day later at the earliest, collected' : '';
  return `${Math.abs(pointsMore)} points ${pointsMore >= 0 ? 'more' : 'fewer'} in tier ${tier} would ${verb} about ${spellSize(Math.abs(bytes))}${delay} (estimated${unknown})`;
}

function signed(bytes: number): string {
  return bytes < 0 ? `-${spellSize(-bytes)}` : spellSize(bytes);
}
