import { digest } from '../digest.ts';
import { SEVERITY_RANK } from '../finding.ts';
import type { AlertRecord, FindingLife } from '../memory/record.ts';
import type { Alerts } from '../policy/alerts.ts';
import type { Site, Tier, TierId } from '../policy/policy.ts';
import type { UnixSeconds } from '../units.ts';
import { isNeverSilenced, isQuiet, lastMoment, targetsOf, type Concern, type Target } from './routes.ts';
import { messageText, subjectText, type Told } from './words.ts';

export type TellInput = {
  readonly alerts: Alerts;
  readonly site: Pick<Site, 'name' | 'timeZone'>;
  readonly tiers: readonly Pick<Tier, 'id' | 'name' | 'owner'>[];
  /** The tier of each guest of the site, for findings that name a guest only. */
  readonly tierOf: (vmid: number) => TierId | undefined;
  readonly now: UnixSeconds;
  /** Those that live, and those that were resolved since the oldest message of `sent`. */
  readonly lives: readonly FindingLife[];
  /** Messages that were written before, delivered or waiting: what is in them is told. */
  readonly sent: readonly Pick<AlertRecord, 'channel' | 'at' | 'severity' | 'keys'>[];
};

/**
 * The messages that must go out now: at most one of trouble and one of its end for each channel. Level-based: it asks what is true and what was
 * told, never what changed, so that a crash, a quiet night or a lost cycle loses nothing and doubles nothing.
 */
export function tell(input: TellInput): readonly AlertRecord[] {
  const history = historyOf(input);
  const perChannel = new Map<string, { readonly trouble: Told[]; readonly over: Told[] }>();
  for (const life of input.lives) {
    const concern = concernOf(input, life);
    if (!concern) continue;
    for (const target of targetsOf(input.alerts, input.site.name, concern)) {
      const why = whyNow(input, { concern, target, last: history.get(target.channel)?.get(life.key) });
      if (!why) continue;
      const own = perChannel.get(target.channel) ?? { trouble: [], over: [] };
      own[why === 'over' ? 'over' : 'trouble'].push({ ...concern, why });
      perChannel.set(target.channel, own);
    }
  }
  return [...perChannel].flatMap(([channel, { trouble, over }]) => [
    ...(trouble.length > 0 ? [message(input, channel, trouble)] : []),
    ...(over.length > 0 ? [message(input, channel, over)] : []),
  ]);
}

/** What a channel was last told of a key. */
type Last = { readonly at: UnixSeconds; readonly over: boolean; readonly times: number };

function historyOf({ sent }: TellInput): ReadonlyMap<string, ReadonlyMap<string, Last>> {
  const history = new Map<string, Map<string, Last>>();
  for (const { channel, at, severity, keys } of sent.toSorted((a, b) => a.at - b.at)) {
    const own = history.get(channel) ?? new Map<string, Last>();
    for (const key of keys) own.set(key, { at, over: severity === 'over', times: (own.get(key)?.times ?? 0) + 1 });
    history.set(channel, own);
  }
  return history;
}

/** Undefined where it is nothing that people are told. */
function concernOf({ tiers, tierOf }: TellInput, life: FindingLife): Concern | undefined {
  const { severity, tier, vmid } = life.finding;
  if (severity === 'info' || life.state === 'seen' || life.openedAt === undefined) return undefined;
  const id = tier ?? (vmid === undefined ? undefined : tierOf(vmid));
  const found = tiers.find((one) => one.id === id);
  return { life, severity, ...(found ? { tier: found } : {}) };
}

type Case = { readonly concern: Concern; readonly target: Target; readonly last: Last | undefined };

/** Why a channel must hear of a concern now; undefined where it need not, or not yet. */
function whyNow(input: TellInput, { concern, target, last }: Case): Told['why'] | undefined {
  const { state, openedAt = 0, resolvedAt } = concern.life;
  const { route, escalated } = target;
  const told = last !== undefined && !last.over && last.at >= openedAt;
  if (!mayDisturb(input, concern)) return undefined;
  // What a digest tells must have been so at its moment; everything else is told from the moment it is so.
  const by = route.digestMinute === undefined || escalated ? input.now : lastMoment(route.digestMinute, input.now, input.site);
  if (state === 'resolved') return told && (resolvedAt ?? 0) <= by ? 'over' : undefined;
  if (state !== 'open') return undefined;
  if (escalated && !told) return openedAt + (route.escalate?.afterSeconds ?? 0) <= by ? 'escalated' : undefined;
  if (!told) return openedAt <= by ? 'new' : undefined;
  return route.repeatSeconds !== undefined && last.at + route.repeatSeconds <= by ? 'again' : undefined;
}

function mayDisturb({ alerts, site, now }: TellInput, concern: Concern): boolean {
  return isNeverSilenced(concern) || !isQuiet(alerts, now, site);
}

function message(input: TellInput, channel: string, unsorted: readonly Told[]): AlertRecord {
  const { site, now, sent } = input;
  const all = unsorted.toSorted(
    (a, b) =>
      SEVERITY_RANK[a.severity] - SEVERITY_RANK[b.severity] || (a.tier?.id ?? 0) - (b.tier?.id ?? 0) || (a.life.key < b.life.key ? -1 : 1),
  );
  const keys = all.map(({ life }) => life.key);
  const earlier = sent.filter((one) => one.channel === channel && one.keys.some((key) => keys.includes(key))).length;
  const over = all[0]!.why === 'over';
  return {
    id: digest({ channel, over, earlier, site: site.name, of: all.map(({ life }) => [life.key, life.openedAt]) }),
    site: site.name,
    at: now,
    dueAt: now,
    channel,
    severity: over ? 'over' : all[0]!.severity,
    subject: subjectText(site.name, all),
    text: messageText({ site, now }, all),
    keys,
  };
}
