import type { ChangeRecord, PolicyText, PolicyVersion } from '#core/change/change.ts';
import type { AuditEntry } from '#core/memory/record.ts';
import type { Plan } from '#core/plan/plan.ts';
import type { Policy } from '#core/policy/policy.ts';
import type { Proved } from '#core/retention/whole.ts';
import type { UnixSeconds } from '#core/units.ts';
import type { LoadedPolicy } from '../ports.ts';

/** Changes that people asked for. */
export type Changes = {
  /** With its line of the audit log. */
  readonly add: (change: ChangeRecord, entry: AuditEntry) => Promise<void>;
  /**
   * Replaces a change that was read at `change.revision`, with lines of the audit log, or writes nothing: `outdated` where another wrote it since. Of what
   * was asked for nothing is taken: it stays as it was proposed.
   */
  readonly write: (change: ChangeRecord, audit: readonly AuditEntry[]) => Promise<'written' | 'outdated'>;
  readonly find: (id: string) => Promise<ChangeRecord | undefined>;
  /** The newest first. */
  readonly list: () => Promise<readonly ChangeRecord[]>;
};

/** Versions of the policy's files, as the daemon came to work by them. */
export type PolicyVersions = {
  /** With its line of the audit log. `known`, and nothing is written, where the newest is this one. */
  readonly add: (version: PolicyVersion, files: readonly PolicyText[], entry: AuditEntry) => Promise<'added' | 'known'>;
  /** The newest first, numbered from 1 in the order they came. */
  readonly list: () => Promise<readonly (PolicyVersion & { readonly number: number })[]>;
  readonly find: (
    number: number,
  ) => Promise<(PolicyVersion & { readonly number: number; readonly files: readonly PolicyText[] }) | undefined>;
};

/** Edits the policy's files. It reads and writes these and no other, and nothing else of the machine. */
export type PolicyEditor = {
  /** The policy as it stands in the files, and whether they may be written. */
  readonly read: () => Promise<LoadedPolicy & { readonly editable: boolean; readonly because?: string }>;
  /** The policy as if these texts stood in the files; nothing is written. Files that are not named stay as they are. `unknown`: a path that is none of the policy's. */
  readonly check: (files: readonly PolicyText[]) => Promise<LoadedPolicy | { readonly unknown: string }>;
  /**
   * Writes the texts, each file whole or not at all, and keeps who owns them and who may read them. `changed`, and nothing is written, where the
   * files are not `basedOn` any more.
   */
  readonly write: (
    basedOn: string,
    files: readonly PolicyText[],
  ) => Promise<
    { readonly outcome: 'written'; readonly version: string } | { readonly outcome: 'changed' | 'refused'; readonly because: string }
  >;
};

/** Proves a policy elsewhere, so that whoever types holds nothing up; `too-long` where it was given up. */
export type Prover = (policy: Policy, now: UnixSeconds) => Promise<Proved | 'too-long'>;

/** Carries out a plan in a process of its own, which reads `applyToken`: the daemon's process never does. */
export type Applier = {
  /** Why no plan can be carried out from here; undefined where it can, as far as that is known without reading a secret. */
  readonly whyNot: (policy: Policy) => Promise<string | undefined>;
  /** Never throws for what the process does. Ends the process as Ctrl-C does when `signal` is aborted: what was done holds. */
  readonly apply: (
    plan: Pick<Plan, 'basedOn' | 'madeAt'> & { readonly steps: readonly unknown[] },
    options: {
      readonly id: string;
      readonly allow: readonly string[];
      readonly onEvent: (event: ApplyEvent) => void;
      readonly signal: AbortSignal;
    },
  ) => Promise<ApplyEnd>;
};

/** What `holdfast apply --progress json` tells, an object a line. */
export type ApplyEvent =
  | {
      readonly event: 'steps';
      readonly steps: readonly string[];
      readonly held: readonly { readonly text: string; readonly because: string }[];
    }
  | { readonly event: 'step'; readonly number: number; readonly of: number; readonly text: string; readonly state: 'started' | 'done' };

export type ApplyEnd = { readonly outcome: 'applied' | 'stale' } | { readonly outcome: 'failed'; readonly because: string };
