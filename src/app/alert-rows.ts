import type { FindingLife } from '#core/memory/record.ts';
import { pageAfter, type Page, type SortKey } from '#core/paging.ts';
import { SEVERITY_RANK, type Severity } from '#core/finding.ts';
import { acknowledge, reopen, suppress } from '#core/watch/answer.ts';
import { DAY_SECONDS, type UnixSeconds } from '#core/units.ts';
import { knownGuests } from './guests.ts';
import type { Live } from './live.ts';
import { siteSources, type SiteSource } from './sources.ts';

export type AlertRow = FindingLife & { readonly timeZone: string; readonly guestName?: string };

export type AlertsQuery = {
  readonly site?: string | undefined;
  /** `live`: everything not over. */
  readonly state: FindingLife['state'] | 'live';
  readonly severity?: Severity | undefined;
  readonly q?: string | undefined;
  readonly after?: SortKey;
  readonly limit: number;
};

const RESOLVED_SECONDS = 31 * DAY_SECONDS;
const STATES: readonly FindingLife['state'][] = ['open', 'acknowledged', 'suppressed', 'seen', 'resolved'];

/** What the watch knows of each site, and what ended in the last month where that is asked for. Asks no server. */
export async function listAlertRows(live: Live, query: AlertsQuery): Promise<Page<AlertRow> & { readonly sources: readonly SiteSource[] }> {
  const { policy, memory, clock } = live;
  const [sources, guests] = [await siteSources(live), await knownGuests(live)];
  const names = new Map(guests.map(({ site, vmid, name }) => [`${site} ${vmid}`, name]));
  const since = query.state === 'resolved' ? clock.now() - RESOLVED_SECONDS : clock.now() + 1;
  const needle = query.q?.trim().toLowerCase() ?? '';
  const lists = await Promise.all(
    policy()
      .sites.filter(({ name }) => query.site === undefined || name === query.site)
      .map(async ({ name, timeZone }) =>
        (await memory.lives(name, since)).map((life): AlertRow => {
          const guestName = names.get(`${name} ${life.finding.vmid}`);
          return { ...life, timeZone, ...(guestName !== undefined && { guestName }) };
        }),
      ),
  );
  const wanted = lists
    .flat()
    .filter(
      ({ state, finding, key, guestName }) =>
        (query.state === 'live' ? state !== 'resolved' : state === query.state) &&
        (query.severity === undefined || finding.severity === query.severity) &&
        (needle === '' || `${key} ${finding.at} ${finding.problem} ${guestName ?? ''}`.toLowerCase().includes(needle)),
    );
  const keyOf = ({ state, finding, openedAt, firstSeenAt, key }: AlertRow): SortKey => [
    STATES.indexOf(state),
    SEVERITY_RANK[finding.severity],
    -(openedAt ?? firstSeenAt),
    key,
  ];
  return { ...pageAfter(wanted, keyOf, query), sources };
}

export type Answer =
  | { readonly act: 'acknowledge'; readonly key: string; readonly reason?: string | undefined }
  | { readonly act: 'suppress'; readonly key: string; readonly reason: string; readonly untilAt: UnixSeconds }
  | { readonly act: 'reopen'; readonly key: string };

export type AnswerDone =
  | { readonly outcome: 'answered'; readonly row: AlertRow }
  /** No life of that key that is not over. */
  | { readonly outcome: 'missing' }
  | { readonly outcome: 'refused'; readonly problem: string; readonly fix: string };

/** A person's word on one finding, by its whole key, written together with its line in the audit log. */
export async function answerAlertRow(live: Live, answer: Answer, by: string): Promise<AnswerDone> {
  const { policy, memory, clock, announce } = live;
  const now = clock.now();
  const all = (await Promise.all(policy().sites.map(({ name }) => memory.lives(name, now + 1)))).flat();
  const life = all.find(({ key }) => key === answer.key);
  if (!life) return { outcome: 'missing' };
  const answered = decide(life, answer, { by, now });
  if (!answered.ok) return { outcome: 'refused', problem: answered.problem, fix: answered.fix };
  const entry = { at: now, by, act: answer.act, on: life.key, detail: answered.life.reason ?? '' };
  if ((await memory.changeLife(answered.life, entry)) === 'gone') return { outcome: 'missing' };
  announce(['alerts', 'overview', 'audit']);
  return { outcome: 'answered', row: { ...answered.life, timeZone: policy().sites.find(({ name }) => name === life.site)!.timeZone } };
}

function decide(life: FindingLife, answer: Answer, who: { readonly by: string; readonly now: UnixSeconds }): ReturnType<typeof reopen> {
  if (answer.act === 'acknowledge') return acknowledge(life, { ...who, ...(answer.reason === undefined ? {} : { reason: answer.reason }) });
  if (answer.act === 'suppress') return suppress(life, { ...who, reason: answer.reason, untilAt: answer.untilAt });
  return reopen(life, who);
}
