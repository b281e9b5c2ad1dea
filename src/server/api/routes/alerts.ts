import { answerAlertRow, listAlertRows, type AlertRow } from '#app/alert-rows.ts';
import type { Live } from '#app/live.ts';
import { listMessages } from '#app/records.ts';
import { paged } from '../cursor.ts';
import type { Api } from '../frame.ts';
import { isRefused, refuse } from '../problem.ts';
import { paging } from '../schema/common.ts';
import { alert, alertAnswer, alertsPage, alertsQuery, messagesPage, type Alert } from '../schema/watch.ts';
import { findingOf, sourcesOf } from '../shapes.ts';

const ABOUT = { tag: 'Alerts' } as const;

/** Findings and their lives, answers to them, and the messages that were sent. */
export function alertsRoutes(live: Live): (api: Api) => void {
  return (api) => {
    api.route(
      {
        ...ABOUT,
        method: 'get',
        path: '/alerts',
        role: 'viewer',
        summary: 'What the watch has found, and what people said of it',
        query: alertsQuery,
        answer: alertsPage,
      },
      async ({ query }) => {
        const page = await paged(query, (one) => listAlertRows(live, { ...query, ...one }));
        return isRefused(page) ? page : { ...page, items: page.items.map(shape), sources: sourcesOf(page.sources) };
      },
    );
    api.route(
      {
        ...ABOUT,
        method: 'post',
        path: '/alerts/answer',
        role: 'operator',
        summary: 'Acknowledge, suppress or reopen one, by its key',
        body: alertAnswer,
        answer: alert,
      },
      async ({ body, principal }) => {
        const done = await answerAlertRow(live, body, principal!.name);
        if (done.outcome === 'answered') return shape(done.row);
        if (done.outcome === 'refused') return refuse('conflict', { detail: done.problem, fix: done.fix });
        return refuse('not-found', { detail: `nothing that is open has the key "${body.key}"`, fix: 'it may be over: read the list anew' });
      },
    );
    api.route(
      {
        ...ABOUT,
        method: 'get',
        path: '/messages',
        role: 'viewer',
        summary: 'Messages as they went to people, newest first',
        query: paging,
        answer: messagesPage,
      },
      async ({ query }) => {
        const page = await paged(query, (one) => listMessages(live, one));
        if (isRefused(page)) return page;
        return { ...page, items: page.items.map(({ keys: _keys, dueAt: _dueAt, ...message }) => message) };
      },
    );
  };
}

function shape({ finding, acts: _acts, ...row }: AlertRow): Alert {
  return { ...row, finding: findingOf(finding) };
}
