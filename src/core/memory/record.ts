import type { Posture } from '../assess/posture.ts';
import type { Finding } from '../finding.ts';
import type { TierId } from '../policy/policy.ts';
import type { UnixSeconds } from '../units.ts';
import type { GuestResult } from '../world/task.ts';

/*
 * What Holdfast remembers. The world is the truth: a store that is lost loses history, never protection. Each value here is plain, so that
 * the core decides what is remembered and every store keeps it alike.
 */

/** A group of recovery points by where it lies; `server` is the policy's name of the PBS. */
export type GroupPlace = {
  readonly site: string;
  readonly server: string;
  readonly datastore: string;
  readonly namespace: string;
  readonly type: 'vm' | 'ct' | 'host';
  readonly id: string;
};

/** One point of the ledger: what was seen of it, and what was promised to it when it was first seen. */
export type LedgerPoint = GroupPlace & {
  /** When the guest's backup began: the point's name on PBS. */
  readonly at: UnixSeconds;
  readonly firstSeenAt: UnixSeconds;
  /** Undefined while it was never seen finished. */
  readonly sizeBytes?: number;
  /** The tier whose promise it got; undefined where nobody promised anything. */
  readonly tier?: TierId;
  /** It must not be removed before; a later policy lengthens it and never shortens it. */
  readonly notBeforeAt?: UnixSeconds;
  /** Digest of the policy that promised it. */
  readonly policyVersion?: string;
  readonly verified?: { readonly state: 'ok' | 'failed'; readonly at: UnixSeconds };
  /** As PBS shows it. */
  readonly protected: boolean;
  /** Since when it is protected by us; undefined: not by us, so that it is never ours to lift. */
  readonly lockedAt?: UnixSeconds;
  /** When it was found to be gone, and who or what removed it where Proxmox can tell. */
  readonly goneAt?: UnixSeconds;
  readonly goneBy?: string;
};

/** One guest's part of one finished task. */
export type TaskRecord = {
  readonly site: string;
  readonly upid: string;
  readonly startedAt: UnixSeconds;
  readonly endedAt: UnixSeconds;
  readonly status: string;
  readonly guests: readonly Pick<GuestResult, 'vmid' | 'result' | 'durationSeconds' | 'bytes' | 'reusedFraction' | 'error'>[];
};

/** seen → open → acknowledged / suppressed → resolved; `key` is what makes two findings of different days the same one. */
export type FindingLife = {
  readonly key: string;
  readonly site: string;
  readonly finding: Finding;
  readonly state: 'seen' | 'open' | 'acknowledged' | 'suppressed' | 'resolved';
  readonly firstSeenAt: UnixSeconds;
  readonly lastSeenAt: UnixSeconds;
  readonly openedAt?: UnixSeconds;
  readonly resolvedAt?: UnixSeconds;
  /** Who acknowledged or suppressed it, why, and until when a suppression holds. */
  readonly by?: string;
  readonly reason?: string;
  readonly untilAt?: UnixSeconds;
  /** How often a person changed it. Counted by the memory, and handed back as it was read: an act in between is then noticed. */
  readonly acts?: number;
};

/** A change of a guest's posture; between two of them it stood as the first says. */
export type PostureRecord = {
  readonly site: string;
  readonly vmid: number;
  readonly name: string;
  readonly tier?: TierId;
  readonly at: UnixSeconds;
  readonly posture: Posture | 'exempt' | 'gone';
  readonly because: string;
};

/** How full a datastore (`datastore:pbs/main`) or a ZFS pool (`zfs:pve1/rpool`) was. */
export type UsageSample = {
  readonly site: string;
  readonly what: string;
  readonly at: UnixSeconds;
  readonly totalBytes: number;
  readonly usedBytes: number;
  readonly availableBytes: number;
};

/** A message that somebody must get. Its id is made from what it says, so that a repeat after a crash is the same message. */
export type AlertRecord = {
  readonly id: string;
  readonly site: string;
  readonly at: UnixSeconds;
  readonly channel: string;
  /** Not sent before; later than `at` in quiet hours or for a digest. */
  readonly dueAt: UnixSeconds;
  readonly subject: string;
  readonly text: string;
  readonly severity: 'error' | 'warning' | 'info' | 'over';
  readonly keys: readonly string[];
};

/** Who did what. `by`: `holdfast`, or a person's name. */
export type AuditEntry = {
  readonly at: UnixSeconds;
  readonly by: string;
  readonly act: string;
  readonly on: string;
  readonly detail: string;
};

/** What one cycle of watching a site leaves behind: written whole or not at all, only while its lease holds. */
export type CycleRecord = {
  readonly site: string;
  readonly at: UnixSeconds;
  readonly look: { readonly outcome: 'complete' | 'partial' | 'failed'; readonly seconds: number; readonly trouble?: string };
  /** New points and points of which something changed; the whole point each time. */
  readonly points: readonly LedgerPoint[];
  readonly tasks: readonly TaskRecord[];
  readonly lives: readonly FindingLife[];
  readonly postures: readonly PostureRecord[];
  readonly usage: readonly UsageSample[];
  readonly alerts: readonly AlertRecord[];
  readonly audit: readonly AuditEntry[];
};
