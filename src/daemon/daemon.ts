import type { Hands, Topic } from '#app/live.ts';
import type { Lease, LoadedPolicy } from '#app/ports.ts';
import type { SiteWatched, Watching } from '#app/watching.ts';
import { readinessOf } from '#app/health.ts';
import { digest } from '#core/digest.ts';
import { hasErrors } from '#core/finding.ts';
import type { Policy, Site } from '#core/policy/policy.ts';
import type { Actual } from '#core/world/actual.ts';
import { emptySite, startWorker, type Worker, type WorkerPorts } from './worker.ts';

/** A replica that dies is missed after this; its sites are taken over within the round after it. */
const LEASE_SECONDS = 9;
const ROUND_MS = 3000;
/** The policy file is read anew this often. */
const POLICY_MS = 30_000;
/** After no heartbeat, for whatever reason, the next is tried this soon. */
const NO_BEAT_SECONDS = 15;
/** History is rolled up this often, by whichever replica is there. */
const ROLL_UP_MS = 6 * 3_600_000;

/** What a look, or the lack of one, may have changed. */
const SITE_NEWS: readonly Topic[] = ['overview', 'guests', 'alerts', 'capacity', 'sites'];

export type DaemonOptions = {
  readonly ports: WorkerPorts & { readonly load: () => Promise<LoadedPolicy> };
  /** The policy as it was when the daemon was started: it is good. */
  readonly policy: Policy;
  /** One process among replicas: no other ever bears this name. */
  readonly replica: string;
  readonly version: string;
  readonly allowed: ReadonlySet<string>;
  /** Told whenever what `watching` says may have changed, and which part of it. */
  readonly announce?: (topics: readonly Topic[]) => void;
};

export type Daemon = {
  readonly watching: () => Watching;
  /** As it holds now. */
  readonly policy: () => Policy;
  /** The last look at a site that is watched here. */
  readonly seen: (site: string) => Actual | undefined;
  readonly hands: (site: string) => Hands | undefined;
  /** Look soon: at one site, or at each. Sites that are not watched here are nobody's business. */
  readonly hint: (site?: string) => void;
  /** Reads the policy now. */
  readonly reload: () => void;
  /** Ends or abandons what is under way within ten seconds and gives back the leases. */
  readonly stop: () => Promise<void>;
};

/**
 * Holds one worker for each site of the policy that no other replica watches. Everything it needs to go on after a kill is in the
 * world, the policy and the memory.
 */
export function startDaemon({ ports, policy: first, replica, version, allowed, announce = () => {} }: DaemonOptions): Daemon {
  const { clock, timers, memory, log } = ports;
  const startedAt = clock.now();
  const stopped = new AbortController();
  let napping = new AbortController();
  const workers = new Map<string, { readonly worker: Worker; readonly lease: Lease; readonly siteDigest: string }>();
  /** Workers that were dismissed and have not ended: their site is not watched again before. */
  const leaving = new Map<string, Promise<void>>();
  let policy = first;
  let policyDueMs = timers.nowMs() + POLICY_MS;
  let rollUpDueMs = timers.nowMs() + ROLL_UP_MS;
  let trustedUntilMs = 0;
  let memoryName: string | undefined;
  let [leasedAt, memoryTrouble, policyTrouble]: [number | undefined, string | undefined, string | undefined] = [
    undefined,
    undefined,
    undefined,
  ];

  async function round(): Promise<void> {
    if (timers.nowMs() >= policyDueMs) await readPolicy();
    const beganMs = timers.nowMs();
    try {
      const names = policy.sites.map(({ name }) => name);
      const leases = await memory.leases.round(replica, names, LEASE_SECONDS);
      trustedUntilMs = beganMs + 0.8 * LEASE_SECONDS * 1000;
      leasedAt = clock.now();
      if (memoryTrouble !== undefined) {
        log.info('the memory can be used again');
        announce(['overview', 'sites']);
      }
      memoryTrouble = undefined;
      await meetMemory();
      staff(new Map(leases.map((lease) => [lease.site, lease])));
      if (timers.nowMs() >= rollUpDueMs) {
        rollUpDueMs = timers.nowMs() + ROLL_UP_MS;
        await memory.rollUp(clock.now());
      }
    } catch (error) {
      const because = error instanceof Error ? error.message : String(error);
      if (memoryTrouble === undefined) {
        log.warn('the memory cannot be used', { because });
        announce(['overview', 'sites']);
      }
      memoryTrouble = because;
      if (timers.nowMs() > trustedUntilMs) for (const name of workers.keys()) dismiss(name, 'its lease could not be renewed');
    }
  }

  /** What workers know of what was written down does not hold for another memory: each site is watched as if for the first time. */
  async function meetMemory(): Promise<void> {
    const name = await memory.name();
    if (memoryName !== undefined && name !== memoryName) {
      for (const { problem, why, fix } of await memory.troubles(clock.now())) log.warn(problem, { why, fix });
      for (const site of workers.keys()) dismiss(site, 'the database is another one than before: all of it is looked at afresh');
    }
    memoryName = name;
  }

  /** One worker for each lease: none too many, none that works by an old lease or an old address. */
  function staff(leases: ReadonlyMap<string, Lease>): void {
    const sites = new Map(policy.sites.map((site) => [site.name, site]));
    for (const [name, { lease, siteDigest }] of workers) {
      const [site, now] = [sites.get(name), leases.get(name)];
      if (!site || !now || now.token !== lease.token)
        dismiss(name, site ? 'another replica watches it' : 'the policy does not name it any more');
      else if (digestOf(site) !== siteDigest) dismiss(name, 'the policy says something new about its servers');
    }
    for (const [name, lease] of leases) {
      const site = sites.get(name);
      if (!site || workers.has(name) || leaving.has(name) || stopped.signal.aborted) continue;
      workers.set(name, { worker: hire(site, lease), lease, siteDigest: digestOf(site) });
      log.info('watching', { site: name, servers: serversOf(site) });
      announce(SITE_NEWS);
    }
  }

  function hire(site: Site, lease: Lease): Worker {
    return startWorker({
      ports,
      site,
      policy: () => policy,
      lease,
      allowed,
      onLost: () => dismiss(site.name, 'another replica watches it'),
      onNews: () => announce(SITE_NEWS),
    });
  }

  function dismiss(name: string, because: string): void {
    const found = workers.get(name);
    if (!found) return;
    workers.delete(name);
    log.info('not watching any more', { site: name, because });
    announce(SITE_NEWS);
    leaving.set(
      name,
      found.worker.stop().then(() => void leaving.delete(name)),
    );
  }

  async function readPolicy(): Promise<void> {
    policyDueMs = timers.nowMs() + POLICY_MS;
    const { policy: read, findings, file } = await ports.load().catch(unreadable);
    if (!read || hasErrors(findings)) {
      const wrong = findings.find(({ severity }) => severity === 'error');
      const because = `${file}: ${wrong?.problem ?? 'it could not be read'}`;
      if (policyTrouble !== because) {
        log.warn('the policy is wrong; what it said before holds on', { because });
        announce(['overview', 'policy']);
      }
      policyTrouble = because;
      return;
    }
    const changed = digestOf(read) !== digestOf(policy);
    if (policyTrouble !== undefined || changed) announce([...SITE_NEWS, 'policy']);
    if (changed) log.info('the policy has changed', { file, sites: read.sites.map(({ name }) => name) });
    policy = read;
    policyTrouble = undefined;
  }

  async function run(): Promise<void> {
    while (!stopped.signal.aborted) {
      await round();
      await timers.sleep(ROUND_MS, napping.signal);
      if (!stopped.signal.aborted && napping.signal.aborted) napping = new AbortController();
    }
  }

  /** Somebody outside is called for as long as all is watched: when that stays away, they tell. Nobody can report his own death. */
  async function beat(): Promise<number> {
    const heartbeat = policy.alerts?.heartbeat;
    if (!heartbeat || !ports.notifier || readinessOf(watching(), clock.now()).status !== 'ok') return NO_BEAT_SECONDS;
    try {
      await ports.notifier.beat(heartbeat.url);
      return heartbeat.everySeconds;
    } catch (error) {
      log.warn('the heartbeat was not heard', { because: error instanceof Error ? error.message : String(error) });
      return NO_BEAT_SECONDS;
    }
  }

  async function beatAgain(): Promise<void> {
    while (!stopped.signal.aborted) await timers.sleep((await beat()) * 1000, stopped.signal);
  }

  function watching(): Watching {
    return {
      version,
      replica,
      startedAt,
      ...(leasedAt === undefined ? {} : { leasedAt }),
      ...(memoryTrouble === undefined ? {} : { memoryTrouble }),
      ...(policyTrouble === undefined ? {} : { policyTrouble }),
      sites: sitesWatched(),
    };
  }

  function sitesWatched(): readonly SiteWatched[] {
    return policy.sites.map(
      ({ name }) => workers.get(name)?.worker.state() ?? emptySite(name, leasedAt === undefined ? 'starting' : 'elsewhere'),
    );
  }

  const ended = Promise.all([run(), beatAgain()]);
  return {
    watching,
    policy: () => policy,
    seen: (site) => workers.get(site)?.worker.seen(),
    hands: (site) => workers.get(site)?.worker.hands(),
    hint: (site) => {
      for (const [name, { worker }] of workers) if (site === undefined || site === name) worker.hint();
    },
    reload: () => {
      policyDueMs = 0;
      napping.abort();
    },
    stop: async () => {
      stopped.abort();
      napping.abort();
      await Promise.all([ended, ...leaving.values(), ...[...workers.values()].map(({ worker }) => worker.stop())]);
      await memory.leases.release(replica).catch((error: unknown) => log.warn('leases were not given back', { because: String(error) }));
    },
  };
}

function unreadable(error: unknown): LoadedPolicy {
  const problem = error instanceof Error ? error.message : String(error);
  return { file: 'the policy', findings: [{ severity: 'error', code: 'HF-FILE', at: 'policy', problem, why: '', fix: '' }] };
}

function serversOf({ pve, pbs }: Site): readonly string[] {
  return [pve.urls[0], ...pbs.map(({ urls }) => urls[0])];
}

const DIGESTS = new WeakMap<Site | Policy, string>();

/** Reckoned once of each that was read: all sites are compared in every round. */
function digestOf(read: Site | Policy): string {
  const known = DIGESTS.get(read) ?? digest(read);
  DIGESTS.set(read, known);
  return known;
}
