import type { UnixSeconds } from '../units.ts';

/** A task of PVE or PBS, decoded from its UPID. */
export type Upid = {
  readonly text: string;
  readonly product: 'pve' | 'pbs';
  readonly node: string;
  readonly pid: number;
  readonly pstart: number;
  readonly startedAt: UnixSeconds;
  /** `vzdump`, `prunejob`, `verificationjob`, … */
  readonly type: string;
  /** Unescaped worker id; empty where there is none. */
  readonly id: string;
  readonly user: string;
};

/** What a careful reader takes from a task log. */
export type TaskLog = {
  readonly overall: 'ok' | 'warnings' | 'failed' | 'running' | 'unknown';
  readonly guests: readonly GuestResult[];
};

export type GuestResult = {
  readonly vmid: number;
  readonly result: 'ok' | 'failed' | 'unfinished' | 'unknown';
  readonly durationSeconds?: number;
  /** Bytes the backup had to look at or send, as the log states them. */
  readonly bytes?: number;
  readonly reusedFraction?: number;
  readonly error?: string;
  /** Snapshot on PBS the run made: `vm/101/2026-11-23T12:05:23Z`. */
  readonly snapshot?: string;
  /** Disks the log says were included and excluded; `diskless` where the backup held none. */
  readonly includedDisks?: readonly string[];
  readonly excludedDisks?: readonly string[];
  readonly diskless?: boolean;
  readonly mode?: string;
  /** `done`, or why no freeze took place, in the log's words. */
  readonly freeze?: string;
};
