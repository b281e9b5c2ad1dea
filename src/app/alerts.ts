import type { AuditEntry, FindingLife } from '#core/memory/record.ts';
import type { Policy } from '#core/policy/policy.ts';
import { parseInstant } from '#core/calendar/instant.ts';
import { DAY_SECONDS, parseDuration, type UnixSeconds } from '#core/units.ts';
import { acknowledge, reopen, suppress, type Answered } from '#core/watch/answer.ts';
import { unknownSites } from './named-sites.ts';
import { withMemory, type Invalid, type MemoryPorts, type NoMemory } from './with-memory.ts';

export type AlertsList = NoMemory | Invalid | { readonly outcome: 'listed'; readonly policy: Policy; readonly sites: readonly SiteLives[] };

/** `lastLookAt` is absent where the site was never looked at: then its emptiness says nothing. */
export type SiteLives = {
  readonly site: string;
  readonly timeZone: string;
  readonly lastLookAt?: UnixSeconds;
  readonly lives: readonly FindingLife[];
};

/** What the watch knows of each site: everything not over, and with `overDays` what ended in so many days. Asks no server. */
export async function listAlerts(
  ports: MemoryPorts,
  { overDays = 0, site }: { readonly overDays?: number; readonly site?: string },
): Promise<AlertsList> {
  return withMemory(ports, async (memory, policy): Promise<AlertsList> => {
    const unknown = unknownSites(policy, site === undefined ? undefined : [site]);
    if (unknown.length > 0) return { outcome: 'invalid', findings: unknown };
    const now = ports.clock.now();
    const sites = policy.sites.filter(({ name }) => site === undefined || name === site);
    const listed = await Promise.all(
      sites.map(async ({ name, timeZone }): Promise<SiteLives> => {
        const lives = await memory.lives(name, overDays === 0 ? now + 1 : now - overDays * DAY_SECONDS);
        const lastLookAt = (await memory.looks(name, now - DAY_SECONDS)).at(-1)?.at;
        return {
          site: name,
          timeZone,
          lives: lives.filter(({ state }) => overDays > 0 || state !== 'resolved'),
          ...(lastLookAt === undefined ? {} : { lastLookAt }),
        };
      }),
    );
    return { outcome: 'listed', policy, sites: listed };
  });
}

export type AlertAct =
  | { readonly act: 'ack'; readonly reason?: string }
  | { readonly act: 'suppress'; readonly reason: string; readonly until: string }
  | { readonly act: 'reopen' };

export type AlertAnswer =
  | NoMemory
  | Invalid
  | { readonly outcome: 'unknown'; readonly key: string; readonly like: readonly string[] }
  | { readonly outcome: 'refused'; readonly problem: string; readonly fix: string }
  | { readonly outcome: 'answered'; readonly life: FindingLife; readonly timeZone: string };

/**
 * A person's word on one finding, by its key or a part that only one key has. `until` is a duration from now (`7d`) or a day in the site's zone. Written
 * together with its line in the audit log.
 */
export async function answerAlert(ports: MemoryPorts, key: string, act: AlertAct & { readonly by: string }): Promise<AlertAnswer> {
  return withMemory(ports, async (memory, policy): Promise<AlertAnswer> => {
    const now = ports.clock.now();
    const all = (await Promise.all(policy.sites.map(({ name }) => memory.lives(name, now + 1)))).flat();
    const exact = all.filter((life) => life.key === key);
    const like = exact.length > 0 ? exact : all.filter((life) => life.key.toLowerCase().includes(key.toLowerCase()));
    const [life] = like;
    if (!life || like.length > 1) return { outcome: 'unknown', key, like: like.map((one) => one.key) };
    const { timeZone } = policy.sites.find(({ name }) => name === life.site)!;
    const answered = answer(life, act, { now, timeZone });
    if (!answered.ok) return { outcome: 'refused', problem: answered.problem, fix: answered.fix };
    const changed = await memory.changeLife(answered.life, auditOf(answered.life, act, now));
    if (changed === 'gone') return { outcome: 'unknown', key, like: [] };
    return { outcome: 'answered', life: answered.life, timeZone };
  });
}

function answer(
  life: FindingLife,
  act: AlertAct & { readonly by: string },
  { now, timeZone }: { readonly now: UnixSeconds; readonly timeZone: string },
): Answered {
  const { by } = act;
  if (act.act === 'ack') return acknowledge(life, { by, now, ...(act.reason === undefined ? {} : { reason: act.reason }) });
  if (act.act === 'reopen') return reopen(life, { by, now });
  const seconds = parseDuration(act.until);
  const untilAt = seconds === undefined ? parseInstant(act.until, timeZone) : now + seconds;
  if (untilAt === undefined)
    return { ok: false, problem: `"${act.until}" is neither a duration nor a day`, fix: 'write --until 7d, or --until 2026-12-24' };
  return suppress(life, { by, now, reason: act.reason, untilAt });
}

function auditOf(life: FindingLife, { act, by }: AlertAct & { readonly by: string }, at: UnixSeconds): AuditEntry {
  const word = { ack: 'acknowledge', suppress: 'suppress', reopen: 'reopen' }[act];
  return { at, by, act: word, on: life.key, detail: life.reason ?? '' };
}
