import { answerAlert, listAlerts } from '#app/alerts.ts';
import { capacity } from '#app/capacity.ts';
import { history } from '#app/history.ts';
import type { Live } from '#app/live.ts';
import { statusOf } from '#app/live-status.ts';
import { z } from 'zod';
import type { Api } from '../frame.ts';
import { siteName } from '../schema/common.ts';

/** What a use case answers, as the command of the same name shows it: `outcome` says which answer it is. */
const told = z.looseObject({ outcome: z.string() });

const days = (most: number) => z.coerce.number().int().min(0).max(most);

/** The use cases of the command line, for `--server`: it shows the same, from here. */
export function terminalRoutes(live: Live): (api: Api) => void {
  const load = async () => ({ policy: live.policy(), findings: [], file: 'the policy of the daemon' });
  const ports = { clock: live.clock, memory: live.memory, policySource: { load } };
  const about = { tag: 'Command line', answer: told } as const;
  return (api) => {
    api.route(
      {
        ...about,
        method: 'get',
        path: '/terminal/status',
        role: 'viewer',
        summary: 'What `holdfast status` shows, by the last look',
        query: z.object({ site: z.string().min(1).max(5000).optional().meta({ description: 'Only these, with commas between' }) }),
      },
      ({ query }) => ({ ...statusOf(live, query.site?.split(',')) }),
    );
    api.route(
      {
        ...about,
        method: 'get',
        path: '/terminal/alerts',
        role: 'viewer',
        summary: 'What `holdfast alerts list` shows',
        query: z.object({ site: siteName.optional(), overDays: days(400).default(0) }),
      },
      async ({ query: { site, overDays } }) => {
        const listed = await listAlerts(ports, { overDays, ...(site !== undefined && { site }) });
        return listed.outcome === 'listed' ? { outcome: listed.outcome, sites: listed.sites } : { ...listed };
      },
    );
    api.route(
      {
        ...about,
        method: 'get',
        path: '/terminal/capacity',
        role: 'viewer',
        summary: 'What `holdfast capacity` shows',
        query: z.object({
          site: siteName.optional(),
          tier: z.coerce.number().int().optional(),
          points: z.coerce.number().int().optional(),
        }),
      },
      async ({ query: { site, tier, points } }) => ({
        ...(await capacity(ports, {
          ...(site !== undefined && { site }),
          ...(tier !== undefined && points !== undefined && { effect: { tier, pointsMore: points } }),
        })),
      }),
    );
    api.route(
      {
        ...about,
        method: 'get',
        path: '/terminal/history',
        role: 'viewer',
        summary: 'What `holdfast history GUEST` shows',
        query: z.object({ guest: z.string().min(1).max(300), days: days(4000).default(30) }),
      },
      async ({ query }) => ({ ...(await history(ports, query.guest, { days: query.days })) }),
    );
    api.route(
      {
        ...about,
        method: 'post',
        path: '/terminal/alerts',
        role: 'operator',
        summary: 'What `holdfast alerts ack`, `suppress` and `reopen` do; who asks is who says so',
        body: z.object({
          key: z.string().min(1).max(500),
          act: z.discriminatedUnion('act', [
            z.object({ act: z.literal('ack'), reason: z.string().max(500).optional() }),
            z.object({ act: z.literal('suppress'), reason: z.string().max(500), until: z.string().max(100) }),
            z.object({ act: z.literal('reopen') }),
          ]),
        }),
      },
      async ({ body: { key, act }, principal }) => {
        const { name: by } = principal!;
        const answered = await answerAlert(
          ports,
          key,
          act.act === 'ack' ? { act: 'ack', by, ...(act.reason !== undefined && { reason: act.reason }) } : { ...act, by },
        );
        live.announce(['alerts', 'overview', 'audit']);
        return { ...answered };
      },
    );
  };
}
