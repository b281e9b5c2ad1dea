import type { Lease, Ports, Proxmox, Timers } from '#app/ports.ts';
import type { SiteWatched } from '#app/watching.ts';
import type { Finding } from '#core/finding.ts';
import type { Policy, Site } from '#core/policy/policy.ts';
import type { Nap } from './nap.ts';
import type { News } from './pace.ts';

/** What the parts of a worker share. What is not `readonly` is replaced as it changes: read it when it is needed, keep none of it over an `await`. */
export type Shared = Required<Pick<Ports, 'clock' | 'examiner' | 'memory' | 'log'>> &
  Pick<Ports, 'notifier'> & {
    readonly timers: Timers;
    readonly proxmox: Proxmox;
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
    /** What each part sleeps in: another wakes it. */
    readonly naps: Readonly<Record<'logins' | 'pulse' | 'look' | 'messages', Nap>>;
    /** One after the other: whoever writes points writes what it read of them before. */
    readonly alone: <T>(work: () => Promise<T>) => Promise<T>;
    /** What others are told of the site. */
    state: SiteWatched;
    /** What happened since the last look began. */
    news: News;
    logins: Logins;
    /** What is under way when the worker ends may still be written down; once abandoned, not any more. */
    phase: 'running' | 'ending' | 'abandoned';
  };

/** What is known of the site's logins. */
type Logins = {
  /** They were examined at least once. */
  readonly examined: boolean;
  /** The rights of each are known. */
  readonly sure: boolean;
  /** Those that a server does not accept. */
  readonly invalid: readonly Finding[];
};

/** One thing that a worker does again and again, beside the others. A turn that breaks is told as `trouble`; the next one comes after the pause all the same. */
export type Part = { readonly turn: () => Promise<void>; readonly pause: () => Promise<void>; readonly trouble: string };

/** Until the worker is told to stop. */
export function isRunning({ phase }: Shared): boolean {
  return phase === 'running';
}

/** Whether the site is not watched because a login could delete recovery points. */
export function isRefused({ state }: Shared): boolean {
  return state.state === 'refused';
}

/** Makes the next look come sooner. */
export function hurry(shared: Shared, what: News): void {
  if (shared.news !== 'outage') shared.news = what;
  shared.naps.look.wake();
}

/** Tells that something broke here, which is a failure of Holdfast and no finding about the site. */
export function tellFailure(shared: Shared, error: unknown, what: string): void {
  const because = error instanceof Error ? error.message : String(error);
  const { state, site, log } = shared;
  shared.state = { ...state, failures: state.failures + 1, lastFailure: because };
  log.warn(what, { site: site.name, because, ...(error instanceof Error && error.stack ? { stack: error.stack } : {}) });
}
