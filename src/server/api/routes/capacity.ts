import { capacityOf } from '#app/capacity.ts';
import type { Live } from '#app/live.ts';
import type { z } from 'zod';
import type { Api } from '../frame.ts';
import { capacityPage } from '../schema/watch.ts';
import { findingOf } from '../shapes.ts';

const MOST_GUESTS = 100;

/** Stores with their forecast, and who fills them, from what is remembered: no server is asked. */
export function capacityRoutes(live: Live): (api: Api) => void {
  return (api) =>
    api.route(
      {
        method: 'get',
        path: '/capacity',
        role: 'viewer',
        tag: 'Capacity',
        summary: 'How full each store is, when it will be, and who fills it',
        answer: capacityPage,
      },
      async () => {
        const asOf = live.clock.now();
        const policy = live.policy();
        const sites = await Promise.all(policy.sites.map(async (site) => capacityOf(live.memory, policy, site, asOf)));
        return { asOf, sites: sites.map(shape) };
      },
    );
}

function shape({
  site,
  timeZone,
  stores,
  usage,
  tiers,
  guests,
  findings,
}: Awaited<ReturnType<typeof capacityOf>>): z.input<typeof capacityPage>['sites'][number] {
  return {
    site,
    timeZone,
    stores: stores.map((store) => {
      const { what, totalBytes, usedBytes, availableBytes } = store;
      const { fullAt, stuckAt } = store.known ? store : { fullAt: {}, stuckAt: {} };
      return {
        site,
        what,
        kind: what.startsWith('zfs:') ? ('zfs' as const) : ('datastore' as const),
        totalBytes,
        usedBytes,
        availableBytes,
        ...(store.known ? { perDayBytes: store.perDay } : { because: store.because }),
        ...(fullAt.usual !== undefined && { fullAt: fullAt.usual }),
        ...(fullAt.high !== undefined && { fullEarliestAt: fullAt.high }),
        ...(fullAt.low !== undefined && { fullLatestAt: fullAt.low }),
        ...(stuckAt.usual !== undefined && { stuckAt: stuckAt.usual }),
        samples: usage
          .filter((one) => one.what === what)
          .map((one) => ({ at: one.at, usedBytes: one.usedBytes, totalBytes: one.totalBytes })),
      };
    }),
    tiers: tiers.map(({ tier, name, guests: count, perDayBytes, newBytes, budgetBytes }) => ({
      id: tier,
      name,
      guests: count,
      ...(count > 0 && { usedBytes: newBytes }),
      // Nothing that is known to grow is not the same as no growth.
      ...(guests.some((guest) => guest.tier === tier && guest.perDayBytes !== undefined) && { perDayBytes }),
      ...(budgetBytes !== undefined && { budgetBytes }),
    })),
    guests: guests.slice(0, MOST_GUESTS).map(({ vmid, name, tier, perDayBytes, newBytes }) => ({
      vmid,
      usedBytes: newBytes,
      ...(name !== undefined && { name }),
      ...(tier !== undefined && { tier }),
      ...(perDayBytes !== undefined && { perDayBytes }),
    })),
    findings: findings.map(findingOf),
  };
}
