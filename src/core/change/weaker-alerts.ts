import { digest } from '../digest.ts';
import type { Alerts, Channel, Route } from '../policy/alerts.ts';
import type { Policy, Tier, TierId, Window } from '../policy/policy.ts';
import { isOpen, spellMinute } from '../policy/window.ts';
import { spellDuration } from '../units.ts';
import { targetsOf, type Target } from '../watch/routes.ts';

/** Who hears less, later or not at all. Routes are compared by what they do, for each kind of trouble, not by how they are written. */
export function weakerAlerts(before: Policy, after: Policy): string[] {
  const [was, is] = [before.alerts, after.alerts];
  if (!was) return [];
  if (!is) return ['alerts: nobody is told of anything any more'];
  return [
    ...weakerChannels(was.channels, is.channels),
    ...weakerRoutes({ ...before, alerts: was }, { ...after, alerts: is }),
    ...weakerThresholds(was, is),
    ...weakerQuiet(was.quiet, is.quiet),
    ...weakerHeartbeat(was.heartbeat, is.heartbeat),
  ].map((text) => `alerts: ${text}`);
}

function weakerChannels(before: readonly Channel[], after: readonly Channel[]): string[] {
  return before.flatMap((channel) => {
    const later = after.find(({ name }) => name === channel.name);
    if (!later) return [`channel ${channel.name} is removed`];
    if (digest(addressOf(later)) === digest(addressOf(channel))) return [];
    if (later.kind === 'email' && channel.kind === 'email') {
      const gone = channel.to.filter((to) => !later.to.includes(to));
      return gone.length === 0 ? [] : [`channel ${channel.name} no longer reaches ${gone.join(', ')}`];
    }
    return [`channel ${channel.name} leads elsewhere`];
  });
}

/** Where a channel leads, without how it logs in there. */
function addressOf(channel: Channel): unknown {
  if (channel.kind === 'email') return { kind: channel.kind, to: channel.to };
  return { kind: channel.kind, url: channel.url, ...(channel.kind === 'apprise' ? { tag: channel.tag } : {}) };
}

type WithAlerts = Policy & { readonly alerts: Alerts };
type Trouble = { readonly site: string; readonly severity: 'error' | 'warning'; readonly tier?: Tier };

/** Every kind of trouble that both policies know: of each site, severity and tier, and of a whole site. */
function weakerRoutes(before: WithAlerts, after: WithAlerts): string[] {
  const kept = new Set(after.alerts.channels.map(({ name }) => name));
  const less = new Map<string, string[]>();
  const say = (how: string, about: string): void => void less.set(how, [...(less.get(how) ?? []), about]);
  for (const [was, is] of troubles(before, after)) {
    const targets = targetsFor(after.alerts, is);
    for (const target of targetsFor(before.alerts, was)) {
      // A channel that is gone was told already.
      if (!kept.has(target.channel)) continue;
      const now = targets.find(({ channel, escalated }) => channel === target.channel && (target.escalated || !escalated));
      if (!now) say(`no longer told to ${target.channel}`, spellTrouble(is));
      else for (const how of laterThan(target, now)) say(`told to ${target.channel} ${how}`, spellTrouble(is));
    }
  }
  return [...less].map(
    ([how, about]) => `${about.slice(0, 4).join(', ')}${about.length > 4 ? ` and ${about.length - 4} more` : ''} are ${how}`,
  );
}

function* troubles(before: Policy, after: Policy): Generator<readonly [was: Trouble, is: Trouble]> {
  const tiers = before.tiers.flatMap((tier) => {
    const later = after.tiers.find(({ id }) => id === tier.id);
    return later ? [[tier, later] as const] : [];
  });
  for (const { name: site } of before.sites) {
    if (!after.sites.some(({ name }) => name === site)) continue;
    for (const severity of ['error', 'warning'] as const) {
      yield [{ site, severity }, { site, severity }]; // prettier-ignore
      for (const [was, is] of tiers) yield [{ site, severity, tier: was }, { site, severity, tier: is }]; // prettier-ignore
    }
  }
}

function targetsFor(alerts: Alerts, { site, severity, tier }: Trouble): readonly Target[] {
  return targetsOf(alerts, site, { severity, ...(tier ? { tier } : {}) });
}

function spellTrouble({ site, severity, tier }: Trouble): string {
  return `${severity}s of ${tier ? `tier ${tier.id} at ${site}` : `site ${site} as a whole`}`;
}

function laterThan({ route: was, escalated }: Target, { route: is, escalated: still }: Target): string[] {
  return [
    ...laterRepeat(was, is),
    ...(was.digestMinute === undefined && is.digestMinute !== undefined ? [`once a day only, at ${spellMinute(is.digestMinute)}`] : []),
    ...(escalated && still && was.escalate && is.escalate && is.escalate.afterSeconds > was.escalate.afterSeconds
      ? [`after ${spellDuration(is.escalate.afterSeconds)} instead of ${spellDuration(was.escalate.afterSeconds)}`]
      : []),
  ];
}

function laterRepeat({ repeatSeconds: was }: Route, { repeatSeconds: is }: Route): string[] {
  if (was === undefined || (is !== undefined && is <= was)) return [];
  return [
    is === undefined
      ? `once and not again every ${spellDuration(was)}`
      : `again every ${spellDuration(is)} instead of ${spellDuration(was)}`,
  ];
}

/** Where a tier has no threshold, it is told half-way to the broken promise: which of the two is later depends on the moment, so that it is a doubt. */
function weakerThresholds({ lateSeconds: before }: Alerts, { lateSeconds: after }: Alerts): string[] {
  const tiers = new Set<TierId>([...(before?.keys() ?? []), ...(after?.keys() ?? [])]);
  return [...tiers]
    .toSorted((a, b) => a - b)
    .flatMap((tier) => {
      const [was, is] = [before?.get(tier), after?.get(tier)];
      if (was === is || (was !== undefined && is !== undefined && is < was)) return [];
      const spell = (seconds: number | undefined): string =>
        seconds === undefined ? 'half-way to the broken promise' : `${spellDuration(seconds)} late`;
      return [`points of tier ${tier} are told ${spell(is)} instead of ${spell(was)}`];
    });
}

function weakerQuiet(was: Window | undefined, is: Window | undefined): string[] {
  if (!is) return [];
  const minutes = Array.from({ length: 24 * 60 }, (_, minute) => minute);
  if (was && minutes.every((minute) => isOpen(was, minute) || !isOpen(is, minute))) return [];
  const spell = (window: Window): string => `${spellMinute(window.startMinute)}-${spellMinute(window.endMinute)}`;
  return [`nobody is disturbed ${spell(is)}${was ? ` instead of ${spell(was)}` : ''}`];
}

function weakerHeartbeat(was: Alerts['heartbeat'], is: Alerts['heartbeat']): string[] {
  if (!was) return [];
  if (!is) return ['the heartbeat is dropped: nobody outside tells when Holdfast is silent'];
  return [
    ...(is.url === was.url ? [] : ['the heartbeat goes elsewhere']),
    ...(is.everySeconds > was.everySeconds
      ? [`the heartbeat comes every ${spellDuration(is.everySeconds)} instead of ${spellDuration(was.everySeconds)}`]
      : []),
  ];
}
