import { handOver } from '#app/locks.ts';
import type { Hands } from '#app/live.ts';
import type { PointName, Ports } from '#app/ports.ts';
import type { SiteWatched } from '#app/watching.ts';
import type { Actual } from '#core/world/actual.ts';
import { makeNap, type Nap } from './nap.ts';
import { loginsPart } from './worker-logins.ts';
import { looksPart } from './worker-looks.ts';
import { messagesPart } from './worker-messages.ts';
import { pulsePart } from './worker-pulse.ts';
import { hurry, isRefused, isRunning, tellFailure, type Part, type Shared } from './worker-shared.ts';

/** How long a worker that is stopped may take to end its cycle. What is not written down by then never happened. */
const GRACE_MS = 8000;

export type WorkerPorts = Pick<Shared, 'clock' | 'examiner' | 'memory' | 'log' | 'notifier' | 'timers'> & Required<Pick<Ports, 'connect'>>;

export type WorkerOptions = Pick<Shared, 'site' | 'policy' | 'lease' | 'allowed' | 'onLost' | 'onNews'> & { readonly ports: WorkerPorts };

export type Worker = {
  readonly state: () => SiteWatched;
  /** What the last look that saw something saw. */
  readonly seen: () => Actual | undefined;
  /** What a person may have done at the site; undefined while its logins are refused, or not known to be unable to delete. */
  readonly hands: () => Hands | undefined;
  /** Something may have happened: look soon. */
  readonly hint: () => void;
  /** Ends after the cycle that is under way, or abandons it after eight seconds. */
  readonly stop: () => Promise<void>;
};

/**
 * Watches one site until it is stopped: a pulse every quarter of a minute, a look when it is worth its price, messages as they are due.
 * Each goes on beside the others, so that none waits for a server or a receiver that is slow. Whatever breaks here is told and tried
 * again; it never reaches another site.
 */
export function startWorker({ ports, ...charge }: WorkerOptions): Worker {
  const shared = share(ports, charge);
  const { timers, proxmox, naps, memory, lease } = shared;
  const looks = looksPart(shared);
  const ended = Promise.all([loginsPart(shared), pulsePart(shared), looks, messagesPart(shared)].map((part) => repeat(shared, part)));

  function takeOver(point: PointName): Promise<'done' | 'lease-lost'> {
    // So that locks of a whole datastore, set beside it, pause.
    hurry(shared, 'change');
    return shared.alone(() => handOver(memory, lease, point));
  }

  return {
    state: () => ({ ...shared.state, requests: proxmox.requests() }),
    seen: looks.seen,
    hands: () => (isRefused(shared) || !shared.logins.sure ? undefined : { ...proxmox, handOver: takeOver }),
    hint: () => hurry(shared, 'change'),
    stop: async () => {
      shared.phase = 'ending';
      for (const nap of Object.values(naps)) nap.wake();
      const patience = new AbortController();
      await Promise.race([ended.then(() => patience.abort()), timers.sleep(GRACE_MS, patience.signal)]);
      shared.phase = 'abandoned';
      await proxmox.close();
    },
  };
}

function share(ports: WorkerPorts, charge: Omit<WorkerOptions, 'ports'>): Shared {
  const { connect, ...others } = ports;
  const nap = (): Nap => makeNap(ports.timers);
  /** Ends when nothing writes points. */
  let written: Promise<unknown> = Promise.resolve();
  return {
    ...others,
    ...charge,
    proxmox: connect(charge.site),
    naps: { look: nap(), messages: nap(), pulse: nap(), logins: nap() },
    alone: (work) => {
      const done = written.then(work);
      written = done.catch(() => {});
      return done;
    },
    state: { ...emptySite(charge.site.name), sinceAt: ports.clock.now() },
    news: 'none',
    logins: { examined: false, sure: false, invalid: [] },
    phase: 'running',
  };
}

async function repeat(shared: Shared, { turn, pause, trouble }: Part): Promise<void> {
  while (isRunning(shared)) {
    try {
      await turn();
    } catch (error) {
      tellFailure(shared, error, trouble);
    }
    if (isRunning(shared)) await pause();
  }
}

/** A site of which nothing is known yet. */
export function emptySite(site: string, state: SiteWatched['state'] = 'starting'): SiteWatched {
  return {
    site,
    state,
    silent: [],
    looks: { complete: 0, partial: 0, failed: 0 },
    requests: 0,
    failures: 0,
    messages: { sent: 0, failed: 0 },
    locks: { set: 0, lifted: 0 },
    stores: [],
    jobs: [],
    unseen: [],
    uses: [],
    retries: { started: 0, busy: 0, nothing: 0, failed: 0 },
    guests: [],
    findings: [],
  };
}
