import type { Finding } from '#core/finding.ts';
import type { DraftPbs, DraftPolicy, DraftRule, DraftSite, DraftTier } from '#core/policy/draft.ts';
import type { Assume, PveAccess } from '#core/policy/policy.ts';
import { KEEP_UNITS, type KeepRules } from '#core/retention/keep.ts';
import { DAY_SECONDS } from '#core/units.ts';
import { decodeAlerts } from './decode-alerts.ts';
import { decodeExceptions } from './decode-exceptions.ts';
import { decodeServer } from './decode-server.ts';
import {
  decodeWindow,
  duration,
  flag,
  list,
  map,
  oneOf,
  optionalList,
  optionalMap,
  present,
  rate,
  secret,
  several,
  size,
  text,
  texts,
  whole,
  type Plain,
} from './plain.ts';
import { placeOf } from './source.ts';
import { find, toPlain, type Tree } from './tree.ts';

/** What holds where a policy says nothing. */
const ASSUMED: Assume = { durationSeconds: 2400, queueSeconds: 1200, lostRuns: 0, extraRuns: 0, restoreBytesPerSecond: 100 * 2 ** 20 };

const PRESSURE = { belowSeconds: 14 * DAY_SECONDS, resumeSeconds: 30 * DAY_SECONDS, forSeconds: 7 * DAY_SECONDS } as const;

/**
 * A policy's tree as values of the core, as far as they can be read: what is wrong or missing is left out, for
 * `shape`, the findings of `checkShape`, has already said so. Defaults are filled in where the policy says nothing.
 */
export function decodePolicy(tree: Tree, shape: readonly Finding[]): DraftPolicy {
  const root = map(toPlain(tree));
  const wrongRules = new Set(shape.map(({ at }) => at.split('.', 2).join('.')));
  return {
    sites: Object.entries(map(root['sites'])).map(([name, site]) => decodeSite(name, map(site))),
    tiers: Object.entries(map(root['tiers']))
      .filter(([id]) => /^[1-9]\d{0,3}$/.test(id))
      .map(([id, tier]) => decodeTier(Number(id), map(tier)))
      .toSorted((a, b) => a.id - b.id),
    assign: list(root['assign']).map((rule, index) => {
      const partial = wrongRules.has(`assign.${index}`);
      return { ...decodeRule(tree, index, map(rule)), ...(partial ? { partial } : {}) };
    }),
    assume: { ...ASSUMED, ...decodeAssume(map(root['assume'])) },
    ...present({
      exceptions: decodeExceptions(root['exceptions']),
      alerts: decodeAlerts(root['alerts']),
      server: decodeServer(root['server']),
      drills: optionalMap(root['drills']),
    }),
  };
}

function decodeSite(name: string, site: Plain): DraftSite {
  const storages = optionalMap(site['storages']);
  return {
    name,
    pbs: several(site['pbs']).map((pbs) => decodePbs(map(pbs))),
    ...present({
      timeZone: text(site['timeZone']),
      pve: optionalMap(site['pve']) && decodePve(map(site['pve'])),
      places: oneOf(site['places'], ['opentofu', 'holdfast']),
      storages: storages && present({ backupToken: secret(storages['backupToken']), server: text(storages['server']) }),
      window: decodeWindow(site['window']),
      pressure: optionalMap(site['pressure']) && decodePressure(map(site['pressure'])),
    }),
  };
}

function decodePressure({ tiers, below, resume, for: most }: Plain): NonNullable<DraftSite['pressure']> {
  const length = (value: unknown, otherwise: number): number | undefined => (value === undefined ? otherwise : duration(value));
  return present({
    tiers: optionalList(tiers)?.flatMap((tier) => whole(tier) ?? []),
    belowSeconds: length(below, PRESSURE.belowSeconds),
    resumeSeconds: length(resume, PRESSURE.resumeSeconds),
    forSeconds: length(most, PRESSURE.forSeconds),
  });
}

function decodeAccess(access: Plain, port: number): Partial<PveAccess> {
  const urls = several(access['url']).flatMap((url) => normalUrl(url, port));
  return present({
    urls: urls.length > 0 ? (urls as [string, ...string[]]) : undefined,
    fingerprint: decodeFingerprint(access['fingerprint'], port),
    token: secret(access['token']),
    applyToken: secret(access['applyToken']),
  });
}

function decodePve(pve: Plain): NonNullable<DraftSite['pve']> {
  return { ...decodeAccess(pve, 8006), ...present({ retryToken: secret(pve['retryToken']), pressureToken: secret(pve['pressureToken']) }) };
}

/** One for every address, or one by address. */
function decodeFingerprint(value: unknown, port: number): PveAccess['fingerprint'] {
  const byUrl = optionalMap(value);
  if (!byUrl) return text(value)?.toUpperCase();
  return Object.fromEntries(
    Object.entries(byUrl).flatMap(([address, one]) => {
      const [url] = normalUrl(address, port);
      const fingerprint = text(one)?.toUpperCase();
      return url === undefined || fingerprint === undefined ? [] : [[url, fingerprint]];
    }),
  );
}

function decodePbs(pbs: Plain): DraftPbs {
  return {
    ...decodeAccess(pbs, 8007),
    ...present({
      name: pbs['name'] === undefined ? 'pbs' : text(pbs['name']),
      datastore: text(pbs['datastore']),
      namespace: pbs['namespace'] === undefined ? '' : text(pbs['namespace']),
      gcSchedule: text(pbs['gcSchedule']),
      verifyNew: pbs['verifyNew'] === undefined ? undefined : flag(pbs['verifyNew']),
      traffic: optionalList(pbs['traffic'])?.map((rule) => decodeTraffic(map(rule))),
    }),
  };
}

function decodeTraffic(rule: Plain): NonNullable<DraftPbs['traffic']>[number] {
  const { name, networks, timeframe, ...limits } = rule;
  const [rateIn, rateOut] = [rate(limits['rateIn']), rate(limits['rateOut'])];
  const unread = Object.keys(limits).length > 0 && rateIn === undefined && rateOut === undefined;
  return present({
    name: text(name),
    networks: texts(networks),
    rateInBytesPerSecond: rateIn,
    rateOutBytesPerSecond: rateOut,
    timeframes: timeframe === undefined ? undefined : texts(several(timeframe)),
    partial: unread ? (true as const) : undefined,
  });
}

function decodeTier(id: number, tier: Plain): DraftTier {
  const verify = optionalMap(tier['verify']);
  const drill = optionalMap(tier['drill']);
  const offsite = optionalMap(tier['offsite']);
  return {
    id,
    ...present({
      name: text(tier['name']),
      purpose: text(tier['purpose']),
      pool: tier['pool'] === undefined ? `tier-${id}` : text(tier['pool']),
      rpoSeconds: duration(tier['rpo']),
      graceSeconds: tier['grace'] === undefined ? 0 : duration(tier['grace']),
      rtoSeconds: duration(tier['rto']),
      retentionSeconds: duration(tier['retention']),
      deleteAfterSeconds: duration(tier['deleteAfter']),
      reachSeconds: duration(tier['reach']),
      schedule: text(tier['schedule']),
      storage: text(tier['storage']),
      keep: decodeKeep(tier['keep']),
      statedKeep: decodeKeep(map(tier['stated'])['keep']),
      verify: verify && present({ withinSeconds: duration(verify['within']), everySeconds: duration(verify['every']) }),
      drill: drill && present({ everySeconds: duration(drill['every']) }),
      lock: flag(tier['lock']),
      offsite: offsite && decodeOffsite(offsite),
      encryption: flag(tier['encryption']),
      budgetBytes: size(tier['budget']),
      consistency: oneOf(tier['consistency'], ['crash', 'filesystem']),
      mode: oneOf(tier['mode'], ['snapshot', 'suspend', 'stop']),
      owner: text(tier['owner']),
      pbs: text(tier['pbs']),
      datastore: text(tier['datastore']),
      bandwidthBytesPerSecond: rate(tier['bandwidth']),
      assume: optionalMap(tier['assume']) && decodeAssume(map(tier['assume'])),
    }),
  };
}

function decodeOffsite(offsite: Plain): NonNullable<DraftTier['offsite']> {
  return present({
    remote: text(offsite['remote']),
    withinSeconds: duration(offsite['within']),
    direction: oneOf(offsite['direction'], ['pull', 'push']),
    datastore: text(offsite['datastore']),
    namespace: text(offsite['namespace']),
    schedule: text(offsite['schedule']),
    bandwidthBytesPerSecond: rate(offsite['bandwidth']),
  });
}

function decodeAssume(assume: Plain): Partial<Assume> {
  return present({
    durationSeconds: duration(assume['duration']),
    queueSeconds: duration(assume['queue']),
    lostRuns: whole(assume['lostRuns']),
    extraRuns: whole(assume['extraRuns']),
    restoreBytesPerSecond: rate(assume['restoreRate']),
  });
}

function decodeRule(tree: Tree, index: number, rule: Plain): DraftRule {
  const place = placeOf(find(tree, ['assign', index]).tree.span);
  const guests = optionalList(rule['guests'])?.flatMap((guest) => decodeGuest(guest));
  return {
    index,
    at: `${place.file}:${place.line}`,
    ...present({
      tier: rule['tier'] === 'none' ? ('none' as const) : whole(rule['tier']),
      guests,
      names: texts(rule['names']),
      tags: texts(rule['tags']),
      pools: texts(rule['pools']),
      nodes: texts(rule['nodes']),
      types: texts(rule['types'])?.filter((type) => type === 'vm' || type === 'ct'),
      storages: texts(rule['storages']),
      sites: texts(rule['sites']),
      reason: text(rule['reason']),
      until: text(rule['until']),
    }),
  };
}

/** A vmid in quotes is a vmid all the same: whoever writes "120" means guest 120. */
function decodeGuest(guest: unknown): (number | string)[] {
  if (typeof guest === 'number') return [guest];
  if (typeof guest !== 'string') return [];
  return [/^[1-9]\d{2,8}$/.test(guest) ? Number(guest) : guest];
}

function decodeKeep(value: unknown): KeepRules | undefined {
  const keep = optionalMap(value);
  if (!keep) return undefined;
  return present(Object.fromEntries(KEEP_UNITS.map((unit) => [unit, whole(keep[unit])])));
}

/** `https://pve.lan` → `https://pve.lan:8006`. */
function normalUrl(value: unknown, port: number): string[] {
  if (typeof value !== 'string' || !/^https:\/\//i.test(value) || !URL.canParse(value)) return [];
  const { hostname } = new URL(value);
  const given = /:(\d+)\/?$/.exec(value.slice('https://'.length))?.[1];
  return [`https://${hostname}:${given ?? port}`];
}
