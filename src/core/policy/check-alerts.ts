import { closest } from '../closest.ts';
import type { Finding } from '../finding.ts';
import { spellDuration } from '../units.ts';
import type { Alerts, Channel, Route } from './alerts.ts';
import type { DraftPolicy } from './draft.ts';

/** What makes no sense in `alerts:`: a name nobody gave, an address that is none, and what would be told to nobody. */
export function checkAlerts(draft: DraftPolicy): Finding[] {
  const { alerts } = draft;
  if (!alerts) return [];
  const names = [...new Set(alerts.channels.map(({ name }) => name))];
  return [
    ...names.flatMap((name) => checkChannel(alerts, name)),
    ...alerts.routes.flatMap((route) => checkRoute(draft, route, names)),
    ...checkThresholds(draft, alerts),
    ...unusedChannels(alerts, names),
    ...untold(draft, alerts),
    ...checkHeartbeat(alerts),
  ];
}

function checkChannel({ channels }: Alerts, name: string): Finding[] {
  const own = channels.filter((channel) => channel.name === name);
  const at = `alerts.channels.${name}`;
  if (own.length > 1) {
    return [
      {
        severity: 'error',
        code: 'HF-CHANNEL-KIND',
        at,
        problem: `Channel "${name}" is of ${own.length} kinds: ${own.map(({ kind }) => kind).join(', ')}`,
        why: 'a route that names it could not say which one it means',
        fix: 'give each kind a channel of its own',
      },
    ];
  }
  return own.flatMap((channel) => checkAddress(channel, `${at}.${channel.kind}`));
}

function checkAddress(channel: Channel, at: string): Finding[] {
  const address = channel.kind === 'email' ? channel.server : channel.url;
  const schemes = channel.kind === 'email' ? /^smtps?:\/\/[^/\s@]+$/ : /^(https?:\/\/\S+|(env|file|exec):\S.*)$/;
  if (address === undefined || schemes.test(address)) return [];
  const key = channel.kind === 'email' ? 'server' : 'url';
  return [
    {
      severity: 'error',
      code: 'HF-CHANNEL-ADDRESS',
      at: `${at}.${key}`,
      problem: `"${address}" is no address of ${channel.kind === 'email' ? 'a mail server' : 'a receiver'}`,
      why: 'what is found would reach nobody, and nobody would know',
      fix:
        channel.kind === 'email'
          ? `write it with its scheme:\n    server: "smtps://mail.example.org:465"`
          : `write it with its scheme, or name where it is found:\n    url: "env:HOLDFAST_HOOK"`,
    },
  ];
}

function checkRoute({ tiers, sites }: DraftPolicy, route: Route, names: readonly string[]): Finding[] {
  const at = `alerts.routes.${route.index}`;
  const known: readonly (readonly [key: string, what: string, values: readonly (string | number)[], all: readonly (string | number)[]])[] =
    [
      ['to', 'channel', route.to, names],
      ['escalate.to', 'channel', route.escalate?.to ?? [], names],
      ['tiers', 'tier', route.tiers ?? [], tiers.map(({ id }) => id)],
      ['sites', 'site', route.sites ?? [], sites.map(({ name }) => name)],
      ['owners', 'owner of a tier', route.owners ?? [], tiers.flatMap(({ owner }) => owner ?? [])],
    ];
  return known.flatMap(([key, what, values, all]) =>
    values.filter((value) => !all.includes(value)).map((value): Finding => unknownName({ at: `${at}.${key}`, what, value, all })),
  );
}

type Named = { readonly at: string; readonly what: string; readonly value: string | number; readonly all: readonly (string | number)[] };

function unknownName({ at, what, value, all }: Named): Finding {
  const near = closest(String(value), all.map(String));
  return {
    severity: 'error',
    code: 'HF-ROUTE-NAME',
    at,
    problem: `${at.startsWith('alerts.routes') ? 'The route names' : 'A threshold names'} ${what} "${value}", which the policy does not have${near ? `; did you mean "${near}"?` : ''}`,
    why: 'what should go there would go nowhere',
    fix: all.length > 0 ? `name one of ${[...new Set(all)].join(', ')}` : `write the ${what} down first, or take it out of the route`,
  };
}

function checkThresholds({ tiers }: DraftPolicy, { lateSeconds = new Map() }: Alerts): Finding[] {
  const all = tiers.map(({ id }) => id);
  return [...lateSeconds.keys()]
    .filter((tier) => !all.includes(tier))
    .map((value): Finding => unknownName({ at: `alerts.thresholds.${value}`, what: 'tier', value, all }));
}

function unusedChannels({ routes }: Alerts, names: readonly string[]): Finding[] {
  const used = new Set(routes.flatMap(({ to, escalate }) => [...to, ...(escalate?.to ?? [])]));
  return names
    .filter((name) => !used.has(name))
    .map((name) => ({
      severity: 'warning',
      code: 'HF-CHANNEL-UNUSED',
      at: `alerts.channels.${name}`,
      problem: `No route sends anything to channel "${name}"`,
      why: 'whoever waits for messages there takes the silence for calm',
      fix: `send something there:\n    routes: [ { to: [${name}] } ]`,
    }));
}

/** An error that no route takes is told to nobody. */
function untold({ tiers, sites }: DraftPolicy, alerts: Alerts): Finding[] {
  const everything = (route: Route): boolean => route.owners === undefined || route.owners.length === 0;
  const gaps = sites.flatMap((site) =>
    tiers
      .filter(
        ({ id, owner }) =>
          !alerts.routes.some(
            (route) =>
              (everything(route) || (owner !== undefined && route.owners!.includes(owner))) &&
              (route.tiers?.includes(id) ?? true) &&
              (route.sites?.includes(site.name) ?? true),
          ),
      )
      .map(({ id }) => ({ tier: id, site: site.name })),
  );
  const [first] = gaps;
  if (!first) return [];
  return [
    {
      severity: 'warning',
      code: 'HF-UNTOLD',
      at: 'alerts.routes',
      problem: `No route tells of tier ${first.tier} at site ${first.site}${gaps.length > 1 ? ` and ${gaps.length - 1} more` : ''}`,
      why: 'a promise of it breaks and nobody hears of it',
      fix: `end with a route that takes everything else:\n    - { to: [${alerts.channels[0]?.name ?? 'mail'}] }`,
    },
  ];
}

const FASTEST_HEARTBEAT_SECONDS = 60;

function checkHeartbeat({ heartbeat }: Alerts): Finding[] {
  if (!heartbeat || heartbeat.everySeconds >= FASTEST_HEARTBEAT_SECONDS) return [];
  return [
    {
      severity: 'error',
      code: 'HF-HEARTBEAT',
      at: 'alerts.heartbeat.every',
      problem: `A heartbeat every ${spellDuration(heartbeat.everySeconds)} is faster than sites are looked at`,
      why: 'it would say that all is watched when nothing was looked at since the one before',
      fix: 'every: 5m',
    },
  ];
}
