import { CHANNEL_KINDS, type Alerts, type Channel, type Route } from '#core/policy/alerts.ts';
import type { SecretRef } from '#core/policy/policy.ts';
import {
  decodeWindow,
  duration,
  list,
  map,
  oneOf,
  optionalMap,
  present,
  secret,
  several,
  text,
  texts,
  whole,
  type Plain,
} from './plain.ts';

/** `alerts:` as far as it could be read; undefined where the key is absent. */
export function decodeAlerts(value: unknown): Alerts | undefined {
  const alerts = optionalMap(value);
  if (!alerts) return undefined;
  return {
    channels: Object.entries(map(alerts['channels'])).flatMap(([name, channel]) => decodeChannel(name, map(channel))),
    routes: list(alerts['routes']).map((route, index) => decodeRoute(index, map(route))),
    ...present({
      lateSeconds: decodeLate(alerts['thresholds']),
      quiet: decodeWindow(alerts['quiet']),
      heartbeat: decodeHeartbeat(map(alerts['heartbeat'])),
    }),
  };
}

/** A channel of two kinds is two channels of one name here, and a finding of the policy's check. */
function decodeChannel(name: string, channel: Plain): Channel[] {
  return CHANNEL_KINDS.flatMap((kind) => {
    const parts = optionalMap(channel[kind]);
    return parts ? [{ name, kind, ...present(READERS[kind](parts)) } as Channel] : [];
  });
}

const READERS: Readonly<Record<Channel['kind'], (parts: Plain) => Readonly<Record<string, unknown>>>> = {
  email: (parts) => ({
    to: several(parts['to']).filter((one) => typeof one === 'string'),
    from: text(parts['from']),
    server: text(parts['server']),
    login: secret(parts['login']),
  }),
  webhook: (parts) => ({ url: text(parts['url']), secret: secret(parts['secret']), template: text(parts['template']) }),
  ntfy: (parts) => ({ url: text(parts['url']), token: secret(parts['token']) }),
  gotify: (parts) => ({ url: text(parts['url']), token: secret(parts['token']) }),
  apprise: (parts) => ({ url: text(parts['url']), tag: text(parts['tag']) }),
  alertmanager: (parts) => ({ url: text(parts['url']), token: secret(parts['token']) }),
};

function decodeRoute(index: number, route: Plain): Route {
  const escalate = map(route['escalate']);
  const afterSeconds = duration(escalate['after']);
  return {
    index,
    to: names(route['to']),
    also: route['also'] === true,
    severity: oneOf(route['severity'], ['warning', 'error']) ?? 'warning',
    ...present({
      tiers: optionalNumbers(route['tiers']),
      sites: texts(route['sites']),
      owners: texts(route['owners']),
      repeatSeconds: duration(route['repeat']),
      digestMinute: minuteOf(route['digest']),
      escalate: afterSeconds === undefined ? undefined : { afterSeconds, to: names(escalate['to']) },
    }),
  };
}

function decodeLate(value: unknown): ReadonlyMap<number, number> | undefined {
  const thresholds = optionalMap(value);
  if (!thresholds) return undefined;
  return new Map(
    Object.entries(thresholds).flatMap(([tier, threshold]) => {
      const seconds = duration(map(threshold)['late']);
      return seconds === undefined ? [] : [[Number(tier), seconds] as const];
    }),
  );
}

function decodeHeartbeat(heartbeat: Plain): { readonly url: SecretRef; readonly everySeconds: number } | undefined {
  const url = secret(heartbeat['url']);
  const everySeconds = heartbeat['every'] === undefined ? 300 : duration(heartbeat['every']);
  return url === undefined || everySeconds === undefined ? undefined : { url, everySeconds };
}

function names(value: unknown): string[] {
  return several(value).filter((one) => typeof one === 'string');
}

function optionalNumbers(value: unknown): number[] | undefined {
  return Array.isArray(value) ? value.filter((one) => whole(one) !== undefined) : undefined;
}

function minuteOf(value: unknown): number | undefined {
  const found = typeof value === 'string' ? /^(\d{2}):(\d{2})$/.exec(value) : null;
  return found ? Number(found[1]) * 60 + Number(found[2]) : undefined;
}
