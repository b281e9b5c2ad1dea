import type { Alerts, Route } from '../policy/alerts.ts';
import type { Site, Tier, TierId } from '../policy/policy.ts';
import { secondOfDay, secondsLeft } from '../policy/window.ts';
import type { UnixSeconds } from '../units.ts';
import type { FindingLife } from '../memory/record.ts';

/** What a message is about, as routes ask. */
export type Concern = {
  readonly life: FindingLife;
  readonly severity: 'error' | 'warning';
  readonly tier?: Pick<Tier, 'id' | 'name' | 'owner'>;
};

/** A channel that must hear of a concern, and on which terms. */
export type Target = { readonly channel: string; readonly route: Route; readonly escalated: boolean };

/**
 * Where a concern goes: the first route that matches, and with `also` the next. A channel that several of them name hears of it once, on the
 * terms of the first; escalation adds channels and takes none away.
 */
export function targetsOf({ routes }: Alerts, site: string, concern: Omit<Concern, 'life'>): readonly Target[] {
  const targets: Target[] = [];
  const add = (channel: string, route: Route, escalated: boolean): void => {
    if (!targets.some((target) => target.channel === channel)) targets.push({ channel, route, escalated });
  };
  const matching: Route[] = [];
  for (const route of routes) {
    if (!matches(route, site, concern)) continue;
    matching.push(route);
    if (!route.also) break;
  }
  for (const route of matching) route.to.forEach((channel) => add(channel, route, false));
  for (const route of matching) route.escalate?.to.forEach((channel) => add(channel, route, true));
  return targets;
}

function matches(route: Route, site: string, { severity, tier }: Omit<Concern, 'life'>): boolean {
  if (route.severity === 'error' && severity !== 'error') return false;
  if (route.sites && !route.sites.includes(site)) return false;
  // What concerns a whole site concerns each tier: an outage is not kept from those who asked for tier 1 only.
  if (route.tiers && tier && !route.tiers.includes(tier.id)) return false;
  if (route.owners && tier && !(tier.owner !== undefined && route.owners.includes(tier.owner))) return false;
  return !(tier === undefined && severity === 'warning' && (route.tiers !== undefined || route.owners !== undefined));
}

/** Whether nobody may be disturbed at an instant, by the site's clock. */
export function isQuiet({ quiet }: Alerts, at: UnixSeconds, { timeZone }: Pick<Site, 'timeZone'>): boolean {
  return quiet !== undefined && secondsLeft(quiet, secondOfDay(at, timeZone)) > 0;
}

/** Tier 1 is never silenced, nor is an error of the whole site: it may be tier 1 that stands there unwatched. */
export function isNeverSilenced({ tier, severity }: Concern): boolean {
  const FIRST: TierId = 1;
  return tier ? tier.id === FIRST : severity === 'error';
}

/** The last moment at or before `now` at which the site's clock showed `minute`; on a day that skips it, when it went past. */
export function lastMoment(minute: number, now: number, { timeZone }: Pick<Site, 'timeZone'>): number {
  const today = Temporal.Instant.fromEpochMilliseconds(now * 1000)
    .toZonedDateTimeISO(timeZone)
    .toPlainDate();
  const at = (day: Temporal.PlainDate): number =>
    Math.floor(
      day.toZonedDateTime({ timeZone, plainTime: new Temporal.PlainTime(Math.floor(minute / 60), minute % 60) }).epochMilliseconds / 1000,
    );
  const here = at(today);
  return here <= now ? here : at(today.subtract({ days: 1 }));
}
