import { listGuests } from '#app/guests.ts';
import type { Live } from '#app/live.ts';
import { paged } from '../cursor.ts';
import type { Api } from '../frame.ts';
import { isRefused } from '../problem.ts';
import { guestsPage, guestsQuery } from '../schema/guests.ts';
import { sourcesOf } from '../shapes.ts';

/** The list of guests, as the last looks left it: no server is asked. */
export function guestsRoutes(live: Live): (api: Api) => void {
  return (api) =>
    api.route(
      {
        method: 'get',
        path: '/guests',
        role: 'viewer',
        tag: 'Guests',
        summary: 'Guests of all sites: filtered, sorted, in pages',
        query: guestsQuery,
        answer: guestsPage,
      },
      async ({ query }) => {
        const page = await paged(query, (paging) => listGuests(live, { ...query, ...paging, strip: query.strip === '1' }));
        if (isRefused(page)) return page;
        const items = page.items.map(({ points, ...row }) => ({ ...row, ...(points && { points: [...points] }) }));
        return { ...page, items, sources: sourcesOf(page.sources) };
      },
    );
}
