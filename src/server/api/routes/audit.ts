import type { Live } from '#app/live.ts';
import { listAudit } from '#app/records.ts';
import { paged } from '../cursor.ts';
import type { Api } from '../frame.ts';
import { isRefused } from '../problem.ts';
import { auditPage, auditQuery } from '../schema/watch.ts';

export function auditRoutes(live: Live): (api: Api) => void {
  return (api) =>
    api.route(
      {
        method: 'get',
        path: '/audit',
        role: 'viewer',
        tag: 'Audit log',
        summary: 'Who did what, newest first',
        description:
          'Each hash is over its line and the hash before it. `head`, written down elsewhere, proves later that nothing was taken away.',
        query: auditQuery,
        answer: auditPage,
      },
      async ({ query }) => {
        const page = await paged(query, (one) => listAudit(live, { ...query, ...one }));
        return isRefused(page) ? page : { ...page, items: [...page.items] };
      },
    );
}
