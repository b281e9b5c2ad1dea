import { deliver } from '#app/deliver.ts';
import { handOver } from '#app/locks.ts';
import { mayWatch } from '#app/may-watch.ts';
import type { Hands } from '#app/live.ts';
import type { Lease, PointName, Ports, Timers } from '#app/ports.ts';
import { guestsAfter, jobsAfter, storesAfter, type SiteWatched } from '#app/watching.ts';
import { seeToLocks, type LocksSeen } from '#app/watch-locks.ts';
import { seeToPressure, type PressureSeen } from '#app/watch-pressure.ts';
import { seeToRetries, type RetriesSeen } from '#app/watch-retries.ts';
import { watch, type Handed, type Watched } from '#app/watch.ts';
import type { Finding } from '#core/finding.ts';
import type { Policy, Site } from '#core/policy/policy.ts';
import { spellSilence } from '#core/watch/outage.ts';
import type { Actual } from '#core/world/actual.ts';
import { makeNap } from './nap.ts';
import { nextLookMs, pulseWaitMs, type LastLook, type News } from './pace.ts';

/** The outbox is looked into this often besides after each cycle: some messages are due later, and some failed. */
const OUTBOX_MS = 15_000;
/** Logins are examined again: soon while one is refused or not known, else twice an hour, for rights are widened by hand. The first look waits for their first answer, but not for long. */
const EXAMINE_MS = { soon: 60_000, later: 1_800_000, patience: 5000 } as const;
/** Guests whose change of posture is logged in one cycle; of a fleet's first look the rest is seen elsewhere. */
const MOST_LOGGED = 20;
/** How long a worker that is stopped may take to end its cycle. What is not written down by then never happened. */
const GRACE_MS = 8000;

export type WorkerPorts = Required<Pick<Ports, 'clock' | 'connect' | 'examiner' | 'memory' | 'log'>> &
  Pick<Ports, 'notifier'> & { readonly timers: Timers };

export type WorkerOptions = {
  readonly ports: WorkerPorts;
  readonly site: Site;
  /** As it holds at this moment: asked at each cycle. */
  readonly policy: () => Policy;
  readonly lease: Lease;
  /** Tokens that may be powerful. */
  readonly allowed: ReadonlySet<string>;
  /** Told when the memory says that another holds the site. */
  readonly onLost: () => void;
  /** Told when the state says something new. */
  readonly onNews: () => void;
};

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
export function startWorker({ ports, site, policy, lease, allowed, onLost, onNews }: WorkerOptions): Worker {
  const { clock, timers, memory, log, notifier } = ports;
  const stopped = new AbortController();
  const proxmox = ports.connect(site);
  const [eye, voice, heart, sentry] = [makeNap(timers), makeNap(timers), makeNap(timers), makeNap(timers)];
  let state: SiteWatched = { ...emptySite(site.name), sinceAt: clock.now() };
  let invalid: readonly Finding[] = [];
  let news: News = 'none';
  let sign: string | undefined;
  let last: LastLook | undefined;
  let locks: LocksSeen | undefined;
  let retries: RetriesSeen | undefined;
  let pressure: PressureSeen | undefined;
  let handed: Handed | undefined;
  /** Ends when nothing writes points. */
  let written: Promise<unknown> = Promise.resolve();
  let abandoned = false;
  let examined = false;
  let unsure = true;
  const startedMs = timers.nowMs();
  const running = (): boolean => !stopped.signal.aborted;
  const refused = (): boolean => state.state === 'refused';
  const quiet = (): boolean => news === 'none' && running();

  async function feel(): Promise<void> {
    if (refused()) return;
    const pulse = await proxmox.pulse();
    const silent = pulse.silent.map(({ server, trouble: { kind, detail, fix, login } }) => ({
      server,
      kind,
      because: detail,
      fix,
      ...(login !== undefined && { login }),
    }));
    const changed = spellSilent(silent) !== spellSilent(state.silent);
    if (changed) {
      for (const one of silent) {
        const { server, because, fix } = one;
        log.warn(spellSilence(one), { site: site.name, server, because, fix });
      }
      if (silent.length === 0) log.info('every server answers again', { site: site.name });
      raise('outage');
    } else if (silent.length === 0 && sign !== undefined && pulse.sign !== sign) raise('change');
    if (silent.length === 0) sign = pulse.sign;
    state = { ...state, silent };
    if (changed) onNews();
  }

  function raise(what: News): void {
    if (news !== 'outage') news = what;
    eye.wake();
  }

  async function lookWhenDue(): Promise<void> {
    const chance = timers.chance();
    for (let waitMs = wait(); (waitMs > 0 || !mayLook()) && running(); waitMs = wait()) await eye.sleep(Math.max(waitMs, 1000));
    if (!running()) return;
    news = 'none';
    await alone(cycle);

    function mayLook(): boolean {
      return !refused() && (examined || timers.nowMs() >= startedMs + EXAMINE_MS.patience);
    }

    function wait(): number {
      return nextLookMs(last, news, chance) - timers.nowMs();
    }
  }

  /** One after the other: whoever writes points writes what it read of them before. */
  function alone<T>(work: () => Promise<T>): Promise<T> {
    const done = written.then(work);
    written = done.catch(() => {});
    return done;
  }

  function takeOver(point: PointName): Promise<'done' | 'lease-lost'> {
    // So that locks of a whole datastore, set beside it, pause.
    raise('change');
    return alone(() => handOver(memory, lease, point));
  }

  async function cycle(): Promise<void> {
    const [beganMs, before] = [timers.nowMs(), proxmox.requests()];
    try {
      const watched = await watch({
        clock,
        memory,
        proxmox: { observe, taskLog: proxmox.taskLog },
        policy: policy(),
        site,
        lease,
        silent: state.silent,
        locks: locks?.findings ?? [],
        logins: invalid,
        ...(retries && { givenUp: retries.givenUp }),
        ...(handed && { previous: handed }),
      });
      last = { beganMs, endedMs: timers.nowMs(), requests: proxmox.requests() - before };
      if (watched.outcome === 'lease-lost') return onLost();
      handed = watched.handed;
      note(watched);
      last = { ...last, ...breaking() };
      voice.wake();
      await lockAfter(watched);
      await retryAfter(watched);
      await relieveAfter(watched);
    } catch (error) {
      if (abandoned) return;
      last = { beganMs, endedMs: timers.nowMs(), requests: proxmox.requests() - before, failed: true };
      fail(error, 'a look was not written down');
    }
  }

  /** When the next promise breaks unless a point comes: a second after it, for a promise is kept through its last one. */
  function breaking(): Pick<LastLook, 'breaksMs'> {
    const now = clock.now();
    const ahead = state.guests.flatMap(({ breaksAt }) => (breaksAt === undefined || breaksAt < now ? [] : [breaksAt - now]));
    return ahead.length === 0 ? {} : { breaksMs: timers.nowMs() + (ahead.reduce((a, b) => Math.min(a, b)) + 1) * 1000 };
  }

  /** Locks are seen to in the cycle and not beside it: both write points. */
  async function lockAfter({ actual, record }: Extract<Watched, { outcome: 'recorded' }>): Promise<void> {
    if (!actual || refused()) return;
    const input = { clock, memory, protector: proxmox, policy: policy(), site, lease, actual, changed: record.points };
    do {
      const seen: LocksSeen | 'lease-lost' = await seeToLocks({ ...input, ...(locks && { before: locks }) });
      if (seen === 'lease-lost') return onLost();
      locks = seen;
      state = { ...state, locks: { set: state.locks.set + seen.protected, lifted: state.locks.lifted + seen.lifted } };
      if (seen.protected + seen.lifted > 0) log.info('locks seen to', { site: site.name, protected: seen.protected, lifted: seen.lifted });
    } while (locks.left && quiet());
  }

  /** What failed for a passing reason is started again, by logins that are known to be unable to delete. */
  async function retryAfter({ actual, assessment }: Extract<Watched, { outcome: 'recorded' }>): Promise<void> {
    if (!actual || refused() || !running() || unsure) return;
    const input = { clock, memory, repeater: proxmox, policy: policy(), site, lease, actual, assessment };
    const seen = await seeToRetries({ ...input, ...(retries && { before: retries }) });
    if (seen === 'lease-lost') return onLost();
    retries = seen;
    for (const { outcome, ...fields } of seen.done) {
      state = { ...state, retries: { ...state.retries, [outcome]: state.retries[outcome] + 1 } };
      (outcome === 'started' ? log.info : log.warn)(`a ${fields.what === 'verify' ? 'verification' : fields.what} ${RETRIED[outcome]}`, {
        site: site.name,
        ...fields,
      });
    }
  }

  /** Jobs are suspended under pressure, and taken back, by a login that is known to be unable to delete. */
  async function relieveAfter({ actual, assessment, forecasts }: Extract<Watched, { outcome: 'recorded' }>): Promise<void> {
    if (!actual || refused() || !running() || unsure) return;
    const input = { clock, memory, suspender: proxmox, policy: policy(), site, lease, actual, assessment, forecasts };
    const seen = await seeToPressure({ ...input, ...(pressure && { before: pressure }) });
    if (seen === 'lease-lost') return onLost();
    pressure = seen;
    for (const { act, outcome, ...fields } of seen.done) {
      const verb = act === 'suspend' ? 'suspended' : 'taken back';
      log.warn(outcome === 'done' ? `a backup job was ${verb}` : `a backup job could not be ${verb}`, { site: site.name, ...fields });
    }
    // What was done is told by the look that sees it.
    if (seen.done.some(({ outcome }) => outcome === 'done')) raise('change');
  }

  /** What a closed connection made unknown is no outage of the site. */
  async function observe(before?: Actual): Promise<Actual> {
    const actual = await proxmox.observe(before);
    if (abandoned) throw new Error('the look was abandoned');
    return actual;
  }

  function note(watched: Extract<Watched, { outcome: 'recorded' }>): void {
    const { look, at } = watched.record;
    const first = state.look === undefined;
    state = {
      ...state,
      state: refused() ? 'refused' : 'watched',
      look: { at, ...look },
      ...(look.outcome === 'complete' ? { completeAt: at } : {}),
      looks: { ...state.looks, [look.outcome]: state.looks[look.outcome] + 1 },
      stores: storesAfter(watched),
      ...(watched.actual && { jobs: jobsAfter(watched.actual, site) }),
      unseen: watched.assessment.unseen.map(
        ({ what, because, server }) => `${server === undefined ? '' : `${server}: `}${what}: ${because}`,
      ),
      uses: watched.uses,
      guests: guestsAfter(watched, policy(), state.guests),
      findings: watched.findings,
    };
    onNews();
    const tell = look.outcome === 'complete' ? log.info : log.warn;
    tell('looked', { site: site.name, ...look, requests: last!.requests, guests: spellPostures(state.guests) });
    // That all is well at the start needs no line for each guest; what nobody promised anything is as it shall be.
    const changes = watched.record.postures.filter(({ posture }) => !first || posture !== 'protected');
    for (const { vmid, name, posture, because } of changes.slice(0, MOST_LOGGED))
      (posture === 'protected' || posture === 'exempt' ? log.info : log.warn)(`${name} is ${posture}`, { site: site.name, vmid, because });
  }

  async function speak(): Promise<void> {
    if (!notifier) return;
    const { sent, failed } = await deliver({ clock, memory, notifier }, policy().alerts ?? { channels: [] }, lease);
    state = { ...state, messages: { sent: state.messages.sent + sent, failed: state.messages.failed + failed.length } };
    if (sent > 0) log.info('messages sent', { site: site.name, sent });
    for (const failure of failed) log.warn('a message was not taken', { site: site.name, ...failure });
  }

  /** Whether the site may be watched, and when to ask again. */
  async function examine(): Promise<number> {
    const { refused: found, unknown, invalid: wrong } = await mayWatch(ports.examiner, { site, tiers: policy().tiers }, allowed);
    const before = new Set(invalid.map(({ problem }) => problem));
    const fresh = wrong.filter(({ problem }) => !before.has(problem));
    for (const { at, problem, why, fix } of fresh) log.warn(`refused: login at ${at}`, { site: site.name, because: problem, why, fix });
    // It is told by the next look, which need not wait for its turn.
    if (fresh.length > 0 || wrong.length < invalid.length) raise('change');
    invalid = wrong;
    const [refusal, wasRefused] = [found.map(({ problem }) => problem).join('; '), refused()];
    if (found.length > 0 && !refused())
      log.warn('not watched: a login could delete recovery points', { site: site.name, refusal, fix: found[0]!.fix });
    if (found.length > 0) state = { ...state, state: 'refused', refusal };
    else if (refused()) {
      const { refusal: _, ...rest } = state;
      state = { ...rest, state: 'starting' };
      log.info('watched: no login can delete recovery points any more', { site: site.name });
    }
    if (refused() !== wasRefused) onNews();
    examined = true;
    unsure = unknown.length > 0;
    eye.wake();
    return found.length + unknown.length > 0 ? EXAMINE_MS.soon : EXAMINE_MS.later;
  }

  function fail(error: unknown, what: string): void {
    const because = error instanceof Error ? error.message : String(error);
    state = { ...state, failures: state.failures + 1, lastFailure: because };
    log.warn(what, { site: site.name, because, ...(error instanceof Error && error.stack ? { stack: error.stack } : {}) });
  }

  /** One part of the work, again and again. A part that breaks goes on after its pause. */
  async function loop(work: () => Promise<void>, pause: () => Promise<void>, what: string): Promise<void> {
    while (running()) {
      try {
        await work();
      } catch (error) {
        fail(error, what);
      }
      if (running()) await pause();
    }
  }

  async function guard(): Promise<void> {
    let waitMs: number = EXAMINE_MS.soon;
    await loop(
      async () => void (waitMs = await examine()),
      () => sentry.sleep(waitMs),
      'logins were not examined',
    );
  }

  const ended = Promise.all([
    guard(),
    loop(feel, () => heart.sleep(pulseWaitMs(timers.chance())), 'a pulse was not felt'),
    loop(lookWhenDue, async () => {}, 'a look failed'),
    loop(speak, () => voice.sleep(OUTBOX_MS), 'messages were not sent'),
  ]);
  return {
    state: () => ({ ...state, requests: proxmox.requests() }),
    seen: () => handed?.actual,
    hands: () => (refused() || unsure ? undefined : { ...proxmox, handOver: takeOver }),
    hint: () => raise('change'),
    stop: async () => {
      stopped.abort();
      for (const nap of [eye, voice, heart, sentry]) nap.wake();
      const patience = new AbortController();
      await Promise.race([ended.then(() => patience.abort()), timers.sleep(GRACE_MS, patience.signal)]);
      abandoned = true;
      await proxmox.close();
    },
  };
}

const RETRIED: Readonly<Record<keyof SiteWatched['retries'], string>> = {
  started: 'was started again',
  busy: 'was not started again: another one runs there',
  nothing: 'was not started again: the guest is on another node by now',
  failed: 'could not be started again',
};

/** `7 protected, 1 attention` */
function spellPostures(guests: SiteWatched['guests']): string {
  const counts = Map.groupBy(guests, ({ posture }) => posture);
  return [...counts].map(([posture, list]) => `${list.length} ${posture}`).join(', ') || 'none';
}

function spellSilent(silent: SiteWatched['silent']): string {
  return silent.map(({ server, kind }) => `${server} ${kind}`).join(', ');
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
