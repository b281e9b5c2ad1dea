import type { ObjectKind, Settings } from '../desired/desired.ts';
import type { UnixSeconds } from '../units.ts';

/** The ordered difference between desired and actual. It can be saved, read, and applied later or refused as stale. */
export type Plan = {
  /** Digest of what the plan was made from. */
  readonly basedOn: string;
  readonly madeAt: UnixSeconds;
  readonly steps: readonly Step[];
};

/** One idempotent write. */
export type Step = {
  readonly action: 'create' | 'change' | 'remove';
  readonly kind: ObjectKind;
  readonly site: string;
  /** `pve`, or the policy's name of a PBS. */
  readonly server: string;
  readonly id: string;
  /** The settings to write: all of them for a create, those that differ for a change, none for a remove. */
  readonly settings: Settings;
  /** Wire names to clear (`delete=`). */
  readonly clear: readonly string[];
  /** Settings as they were, for the reader and for the guard. */
  readonly before?: Settings;
  /** PBS: the configuration's digest this step was planned on. */
  readonly digest?: string;
  readonly because: string;
  /** What it means to people, guest by guest: `vm/120: retention 30d to 7d, 23 points will go on Sunday 03:00`. */
  readonly means: readonly string[];
  /** The name to give to `--allow` where the step weakens protection: `weaken:hf-tier-2`. */
  readonly weakening?: string;
};
