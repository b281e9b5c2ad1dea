import type { BackupGroup, Guest, Snapshot } from '../world/actual.ts';
import type { UnixSeconds } from '../units.ts';
import type { Neighbours } from './neighbours.ts';
import { stateDisks, usersOfDataVm, type StateDisk } from './state-disks.ts';

/** A snapshot, and whether the guest can be brought back to it. */
export type JudgedPoint = {
  readonly at: UnixSeconds;
  readonly snapshot: Snapshot;
  /** `vm/101` of the group it lies in. */
  readonly group: string;
} & (
  | { readonly usable: true; readonly verifiedAt?: UnixSeconds }
  /** `newerDisks`: all that it lacks are these, and backups take them now: they came after it. */
  | { readonly usable: false; readonly because: string; readonly newerDisks?: readonly string[] }
);

export type Judging = {
  /** The disks that must be in a point, from `stateDisks`. */
  readonly disks: readonly StateDisk[];
  readonly now: UnixSeconds;
  /** Under which names the server that keeps the points ran its own tasks; undefined where none was seen. */
  readonly ownNodes: ReadonlySet<string> | undefined;
  /** What the logs of runs say they took, by the name of the snapshot they made: `ct/102/2026-11-23T12:05:23Z`. */
  readonly takenBySnapshot: ReadonlyMap<string, readonly string[]>;
};

/** Clocks of servers differ a little; a point from further in the future than this is not believed. */
const CLOCK_TOLERANCE_SECONDS = 300;

/**
 * Judges each snapshot of a guest, newest first: a recovery point is a finished snapshot with a size that holds every disk
 * the guest keeps state on, made through the guest that uses them, not found corrupt.
 *
 * All mount points of a container lie in one archive: which of them a snapshot holds, only the log of its run says.
 *
 * For a data VM (a stopped holder of disks another guest uses) `group` must be the group of the guest that uses them:
 * a point made through the holder while the user runs is torn, and nothing on the servers says so.
 *
 * @see docs/concepts.md, "Recovery point"
 */
export function judgePoints(guest: Guest, group: BackupGroup, judging: Judging): JudgedPoint[] {
  const name = `${group.type}/${group.id}`;
  return group.snapshots
    .map((snapshot): JudgedPoint => {
      const { at, verification } = snapshot;
      const refusal = whyNotUsable(guest, name, snapshot, judging);
      if (refusal) return { at, snapshot, group: name, usable: false, ...refusal };
      const read = verification?.state === 'ok' && !isInherited(snapshot, judging.ownNodes);
      return read ? { at, snapshot, group: name, usable: true, verifiedAt: verification.at } : { at, snapshot, group: name, usable: true };
    })
    .toSorted((a, b) => b.at - a.at);
}

/** As PBS names a snapshot: `2026-11-23T12:05:23Z`. */
function spellName(at: UnixSeconds): string {
  return Temporal.Instant.fromEpochMilliseconds(at * 1000).toString();
}

type Refusal = { readonly because: string; readonly newerDisks?: readonly string[] };

function whyNotUsable(guest: Guest, group: string, snapshot: Snapshot, judging: Judging): Refusal | undefined {
  const { disks, now } = judging;
  if (snapshot.sizeBytes === undefined) return { because: 'it is not finished' };
  if (snapshot.verification?.state === 'failed') return { because: 'its verification found it corrupt' };
  if (snapshot.at > now + CLOCK_TOLERANCE_SECONDS) return { because: 'it claims to be from the future' };
  if (guest.createdAt !== undefined && snapshot.at < guest.createdAt)
    return { because: 'it is older than this guest: the id belonged to another one' };
  if (!snapshot.files.some((file) => file.endsWith('.fidx') || file.endsWith('.didx'))) return { because: 'it holds no disk' };
  const taken = disks.length > 1 && guest.type === 'ct' ? judging.takenBySnapshot.get(`${group}/${spellName(snapshot.at)}`) : undefined;
  const lacks = ({ archives, disk }: StateDisk): boolean =>
    !archives.some((archive) => snapshot.files.includes(archive)) || (taken !== undefined && !taken.includes(disk.key));
  // Of a fleet's hundreds of thousands of points hardly one lacks anything: no list is made for those.
  if (!disks.some(lacks)) return undefined;
  const missing = disks.filter(lacks).map(({ disk }) => disk);
  const keys = missing.map(({ key }) => key);
  return { because: `it lacks ${keys.join(', ')}`, ...(missing.every(({ included }) => included) ? { newerDisks: keys } : {}) };
}

/**
 * Whether a verification came along with a sync, and proves nothing where the snapshot lies now: it is older than the snapshot, or the
 * task that set it ran on another server.
 */
export function isInherited({ at, verification }: Snapshot, ownNodes: ReadonlySet<string> | undefined): boolean {
  if (!verification) return false;
  const node = verification.upid.slice('UPID:'.length, verification.upid.indexOf(':', 'UPID:'.length));
  return verification.at < at || (ownNodes !== undefined && !ownNodes.has(node));
}

/** Whose groups hold a guest's state, and which disks must be in their points. A data VM is kept through its users. */
export function keepers(guest: Guest, neighbours: Neighbours): { readonly keeper: Guest; readonly disks: readonly StateDisk[] }[] {
  const disks = stateDisks(guest, neighbours);
  const users = usersOfDataVm(guest, disks);
  if (users.length === 0) return [{ keeper: guest, disks }];
  return users.map((keeper) => {
    const volumes = new Set(disks.map(({ disk }) => disk.volume));
    return { keeper, disks: stateDisks(keeper, neighbours).filter(({ disk }) => volumes.has(disk.volume)) };
  });
}
