import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deliver } from '#app/deliver.ts';
import type { Lease, Memory, Proxmox } from '#app/ports.ts';
import { seeToLocks, type LocksSeen } from '#app/watch-locks.ts';
import { seeToPressure } from '#app/watch-pressure.ts';
import { watch, type Handed } from '#app/watch.ts';
import { loadPolicy } from '#config/policy-source.ts';
import type { AlertRecord } from '#core/memory/record.ts';
import type { Policy, Site } from '#core/policy/policy.ts';
import { startLab, type Lab } from '#lab/lab.ts';
import { scenarioPolicy } from '#lab/scenarios/policies.ts';
import { secretsOf } from '#lab/scenarios/policy.ts';
import { writePolicy } from '#lab/scenarios/write.ts';
import { connectSite } from '#proxmox/site.ts';
import { volatileMemory } from '#store/volatile.ts';
import type { Incident, Scene } from './incident.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
/** From one incident to the next; what is looked at often and what seldom. */
const SPACING_DAYS = 9;
const CALM_SECONDS = 12 * HOUR;
/** Hours of an incident with a look each; after them one in so many. */
const WATCHED_HOURS = 3;
const SELDOM_HOURS = 4;
/** Where a promise may break, each half hour counts. */
const CLOSE_SECONDS = HOUR / 2;
/** So long after its end an incident may still be spoken of: an end is seen by two looks. */
const TAIL_SECONDS = 30 * HOUR;

/** One message about one finding. */
export type Told = {
  readonly at: number;
  readonly site: string;
  readonly code: string;
  readonly severity: AlertRecord['severity'];
  readonly problem: string;
};

export type Outcome = {
  readonly incident: Incident;
  readonly beganAt: number;
  /** Seconds from its begin to the first message that counts. */
  readonly afterSeconds?: number;
  /** When the promise of a guest broke, in seconds from the begin. */
  readonly brokeAfterSeconds?: number;
  readonly inTime: boolean;
  /** Codes that were told while it lasted, in their order. */
  readonly codes: readonly string[];
  /** Messages that nothing explains. */
  readonly strange: readonly Told[];
  /** Findings it caused that were not over when the next one began. */
  readonly left: readonly string[];
};

/** Plays incidents one after the other on virtual time, watched as the daemon watches: each look through `watch`, over real HTTPS. */
export async function playYear(
  incidents: readonly Incident[],
  onOutcome: (outcome: Outcome) => void = () => {},
): Promise<readonly Outcome[]> {
  const lab = await startLab({ scenario: 'two-sites' });
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-year-'));
  try {
    const watcher = await startWatcher(lab, folder);
    const outcomes: Outcome[] = [];
    await watcher.calm(3 * DAY);
    if (watcher.told.length > 0) throw new Error(`the scenario is not calm: ${JSON.stringify(watcher.told)}`);
    for (const incident of incidents) {
      const outcome = await playOne(watcher, incident);
      outcomes.push(outcome);
      onOutcome(outcome);
    }
    await watcher.close();
    return outcomes;
  } finally {
    await lab.close();
    rmSync(folder, { recursive: true });
  }
}

async function playOne(watcher: Watcher, incident: Incident): Promise<Outcome> {
  const { lab, scene } = watcher;
  const dayStarts = Math.ceil(lab.world.now / DAY) * DAY;
  await watcher.calm(dayStarts + (incident.hour ?? 12) * HOUR - lab.world.now);
  const beganAt = lab.world.now;
  const before = watcher.told.length;
  watcher.brokeAt = undefined;
  const mend = incident.begin(scene);
  // The look that saw the world as it was is over: a minute later the next one may see the incident.
  await watcher.step(60);
  for (let hour = 1; hour <= incident.hours; hour += 1) {
    incident.hourly?.(scene, hour);
    const close = incident.by === 'promise';
    if (close) await watcher.step(CLOSE_SECONDS);
    if (close || hour <= WATCHED_HOURS || hour % SELDOM_HOURS === 0 || hour === incident.hours)
      await watcher.step(beganAt + 60 + hour * HOUR - lab.world.now);
  }
  const [endedAt, brokeAt] = [lab.world.now, watcher.brokeAt];
  mend();
  for (let passed = 0; passed < TAIL_SECONDS; passed += 6 * HOUR) await watcher.step(6 * HOUR);
  await watcher.calm(Math.max(CALM_SECONDS, SPACING_DAYS * DAY - (lab.world.now - beganAt)));
  const told = watcher.told.slice(before).filter(({ severity }) => severity !== 'over');
  const first = told.find(({ code, site, at }) => at <= endedAt + TAIL_SECONDS && incident.tells.includes(code) && isAt(incident, site));
  const known = [...incident.tells, ...(incident.also ?? [])];
  const left = await watcher.open();
  return {
    incident,
    beganAt,
    ...(first && { afterSeconds: first.at - beganAt }),
    ...(brokeAt !== undefined && { brokeAfterSeconds: brokeAt - beganAt }),
    inTime: isInTime(incident, first && first.at - beganAt, brokeAt === undefined ? undefined : brokeAt - beganAt),
    codes: [...new Set(told.map(({ code }) => code))],
    strange: told.filter(({ code, site }) => !known.includes(code) || !isAt(incident, site)),
    left,
  };
}

function isAt({ site }: Incident, told: string): boolean {
  return site === 'both' || site === told;
}

function isInTime({ tells, by }: Incident, after: number | undefined, broke: number | undefined): boolean {
  if (tells.length === 0) return true;
  if (after === undefined) return false;
  if (by === 'look') return after <= 60;
  if (by === 'promise') return broke === undefined || after < broke;
  return after <= by.hours * HOUR + 60;
}

type Watcher = {
  readonly lab: Lab;
  readonly scene: Scene;
  readonly told: Told[];
  /** When a guest's promise was first seen broken. */
  brokeAt: number | undefined;
  readonly step: (seconds: number) => Promise<void>;
  /** Lets time pass with few looks. */
  readonly calm: (seconds: number) => Promise<void>;
  /** Keys of findings that are open, but for those that only time ends. */
  readonly open: () => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
};

async function startWatcher(lab: Lab, folder: string): Promise<Watcher> {
  const file = writePolicy(folder, lab, scenarioPolicy('two-sites', lab)!);
  const loaded = loadPolicy(file, folder, lab.world.now).policy;
  if (!loaded) throw new Error('the policy of the scenario is invalid');
  const alerts = {
    channels: [{ name: 'web', kind: 'webhook', url: 'http://127.0.0.1/' }],
    routes: [{ index: 0, to: ['web'], severity: 'warning', also: false }],
  } as const;
  const policy: Policy = { ...loaded, alerts, sites: loaded.sites.map(underPressure) };
  const memory = volatileMemory();
  const scene = sceneOf(lab);
  const sites = policy.sites.map((site) => watchSite({ lab, scene, policy, site, memory }));
  const leases = await memory.leases.round(
    'year',
    policy.sites.map(({ name }) => name),
    3600,
  );
  const watcher: Watcher = {
    lab,
    scene,
    told: [],
    brokeAt: undefined,
    step: async (seconds) => {
      lab.advance(seconds);
      for (const [i, site] of sites.entries()) {
        const { alerts: messages, broke } = await site.look(leases.find((lease) => lease.site === policy.sites[i]!.name)!);
        if (broke) watcher.brokeAt ??= lab.world.now;
        watcher.told.push(...messages);
      }
    },
    calm: async (seconds) => {
      for (let left = seconds; left > 0; left -= CALM_SECONDS) await watcher.step(Math.min(left, CALM_SECONDS));
    },
    open: async () => {
      const lives = (await Promise.all(policy.sites.map(({ name }) => memory.lives(name, lab.world.now + 1)))).flat();
      return lives
        .filter(({ finding, state }) => state !== 'resolved' && finding.severity !== 'info' && finding.lastsUntilAt === undefined)
        .map(({ key }) => key);
    },
    close: async () => {
      for (const site of sites) await site.close();
    },
  };
  return watcher;
}

/** The lowest tier steps back when the datastore is about to fill. */
function underPressure(site: Site): Site {
  const pressure = { tiers: [4], belowSeconds: 14 * DAY, resumeSeconds: 30 * DAY, forSeconds: 7 * DAY };
  return { ...site, pressure, pve: { ...site.pve, pressureToken: site.pve.applyToken! } };
}

type SiteWatch = { readonly look: (lease: Lease) => Promise<{ alerts: Told[]; broke: boolean }>; readonly close: () => Promise<void> };
type Watching = { readonly lab: Lab; readonly scene: Scene; readonly policy: Policy; readonly site: Site; readonly memory: Memory };

/** What the daemon does for one site in one cycle: look and write down, send, see to the locks and to stores that fill. */
function watchSite({ lab, scene, policy, site, memory }: Watching): SiteWatch {
  const clock = { now: () => lab.world.now };
  let handed: Handed | undefined;
  let locks: LocksSeen | undefined;
  let opened: { readonly expected: string | undefined; readonly proxmox: Proxmox } | undefined;
  const sent: AlertRecord[] = [];
  const notifier = {
    send: async (_: unknown, alert: AlertRecord) => void sent.push(alert),
    arrived: async () => 'unasked' as const,
    beat: async () => {},
  };
  const open = async (): Promise<Proxmox> => {
    const expected = site.name === 'office' ? scene.expected : undefined;
    if (opened && opened.expected === expected) return opened.proxmox;
    await opened?.proxmox.close();
    const trusted = expected === undefined ? site : { ...site, pve: { ...site.pve, fingerprint: expected } };
    const secrets = secretsOf(lab);
    const readSecret = async (ref: string) => ({ secret: secrets[ref.split('/').at(-1)!.toUpperCase()]! });
    const proxmox = connectSite(trusted, { now: clock.now, readSecret, http: { limits: { retries: 0, connectMs: 2000 } } });
    opened = { expected, proxmox };
    return proxmox;
  };
  return {
    look: async (lease) => {
      const proxmox = await open();
      const before = { ...(handed && { previous: handed }), locks: locks?.findings ?? [] };
      const watched = await watch({ clock, memory, proxmox, policy, site, lease, ...before });
      if (watched.outcome === 'lease-lost') throw new Error('nobody else watches here');
      handed = watched.handed;
      await deliver({ clock, memory, notifier }, policy.alerts!, lease);
      const { actual, record } = watched;
      if (actual) {
        const seen = await seeToLocks({
          clock,
          memory,
          protector: proxmox,
          policy,
          site,
          lease,
          actual,
          changed: record.points,
          ...(locks && { before: locks }),
        });
        if (seen !== 'lease-lost') locks = seen;
        const { assessment, forecasts } = watched;
        await seeToPressure({ clock, memory, suspender: proxmox, policy, site, lease, actual, assessment, forecasts });
      }
      const lives = new Map(record.lives.map((life) => [life.key, life.finding.problem]));
      const alerts = sent.splice(0).flatMap(({ at, severity, keys }) =>
        keys.map((key): Told => ({
          at,
          site: site.name,
          code: key.split(' ')[0]!,
          severity,
          problem: `${key}: ${lives.get(key) ?? ''}`,
        })),
      );
      return { alerts, broke: watched.assessment.guests.some(({ rpo }) => rpo?.posture === 'broken') };
    },
    close: async () => opened?.proxmox.close(),
  };
}

function sceneOf(lab: Lab): Scene {
  const [office, plant, pbs] = [lab.world.pve['office']!, lab.world.pve['plant']!, lab.world.pbs['pbs']!];
  const main = pbs.datastores['main']!;
  return {
    lab,
    office,
    plant,
    pbs,
    main,
    guest: (vmid, site = 'office') => lab.world.pve[site]!.guests[vmid]!,
    group: (tier, vmid, site = 'office') => main.namespaces[`${site}/tier-${tier}`]!.groups[`vm/${vmid}`]!,
    expected: undefined,
  };
}
