import type { Actual } from '#core/world/actual.ts';
import type { FilePlace, Finding } from '#core/finding.ts';
import type { Policy, Site } from '#core/policy/policy.ts';
import type { Step } from '#core/plan/plan.ts';
import type { UnixSeconds } from '#core/units.ts';

/** What the application needs from outside, in its own words. Adapters conform; each port belongs to us. */
export type Ports = {
  readonly clock: Clock;
  readonly policySource: PolicySource;
  readonly connect: (site: Site) => Proxmox;
  readonly store: Store;
  readonly log: Log;
};

export type Clock = { readonly now: () => UnixSeconds };

/** Reads the policy anew at each call. */
export type PolicySource = {
  readonly load: () => Promise<LoadedPolicy>;
};

export type LoadedPolicy = {
  /** Absent where the file could not be understood; `findings` says why. */
  readonly policy?: Policy;
  readonly findings: readonly Finding[];
  /** Where it came from, for messages. */
  readonly file: string;
  /** The place of a path such as `tiers.3.schedule` in the file it stands in, for findings that others make. */
  readonly locate?: (path: string) => FilePlace | undefined;
};

/** Read-only callers take a `Observer`, which cannot write. */
export type Observer = {
  /** One look at the whole site; with `previous`, groups that did not change are not listed again. */
  readonly observe: (previous?: Actual) => Promise<Actual>;
  readonly close: () => Promise<void>;
};

export type Proxmox = Observer & {
  /** Carries out one step, idempotently: a second call after a crash leaves the same state. Throws ProxmoxError. */
  readonly carryOut: (step: Step) => Promise<void>;
};

/** Memory of what was seen and done. The world is the truth; losing this loses history, not protection. */
export type Store = {
  /** Runs `work` alone among all holders of this store; fails at once where another holds the lock. */
  readonly locked: <T>(name: string, work: () => Promise<T>) => Promise<T>;
  readonly appendIntent: (intent: Intent) => Promise<void>;
  readonly intents: () => Promise<readonly Intent[]>;
};

/** Recorded before and after each write to Proxmox. A start without an end means failed or killed. */
export type Intent = {
  readonly at: UnixSeconds;
  readonly phase: 'started' | 'done' | 'failed';
  readonly step: Pick<Step, 'action' | 'kind' | 'site' | 'server' | 'id'>;
  readonly planBasedOn: string;
  readonly error?: string;
};

export type Log = {
  readonly info: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
  readonly warn: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
};
