import type { Live } from '#app/live.ts';
import type { News } from '#app/news.ts';
import { overview, type Overview } from '#app/overview.ts';
import type { z } from 'zod';
import { prepare, type Prepared } from '../answer.ts';
import type { Api } from '../frame.ts';
import { overview as overviewSchema } from '../schema/overview.ts';
import { findingOf, sourceOf } from '../shapes.ts';

/** After so long it is reckoned anew though nothing was told: what runs next moves on, and what another replica wrote is seen. */
const KEEP_SECONDS = 30;

/** The overview: reckoned once for all who ask, and anew when something that it shows is told to have changed. */
export function overviewRoutes(live: Live, news: News): (api: Api) => void {
  const { clock } = live;
  let kept: { readonly at: number; readonly answer: Promise<Prepared> } | undefined;
  news.listen((topics) => {
    if (topics.includes('overview')) kept = undefined;
  });
  return (api) =>
    api.route(
      {
        method: 'get',
        path: '/overview',
        role: 'viewer',
        tag: 'Overview',
        summary: 'Whether the promises hold, tier by tier, and what needs a person',
        answer: overviewSchema,
      },
      async () => {
        const now = clock.now();
        if (!kept || now - kept.at >= KEEP_SECONDS || now < kept.at) {
          const made = { at: now, answer: overview(live).then((found) => prepare(shape(found))) };
          kept = made;
          made.answer.catch(() => {
            if (kept === made) kept = undefined;
          });
        }
        return kept.answer;
      },
    );
}

function shape({ sites, needs, troubles, stores, tiers, upcoming, ...rest }: Overview): z.input<typeof overviewSchema> {
  return {
    ...rest,
    tiers: tiers.map((tier) => ({ ...tier, promises: [...tier.promises] })),
    upcoming: [...upcoming],
    sites: sites.map((source) => {
      const { site, timeZone, state, because, silent, whole } = source;
      return { site, timeZone, state, because, silent: [...silent], whole, source: sourceOf(source) };
    }),
    needs: needs.map((need) => ({ ...need, finding: findingOf(need.finding) })),
    stores: stores.map((store) => ({ ...store, kind: store.what.startsWith('zfs:') ? ('zfs' as const) : ('datastore' as const) })),
    troubles: troubles.map(findingOf),
  };
}
