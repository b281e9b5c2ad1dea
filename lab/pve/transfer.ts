import { around, chance } from '../chance.ts';
import { CHUNK_BYTES, type DriveStatus, type Transfer } from './dump-log.ts';
import type { Volume } from './guest.ts';
import type { GuestState, PveState, VolumeData } from './state.ts';

const DAY_SECONDS = 86_400;

/** What lies on a volume. Where the scenario says nothing: a third to two thirds of it, of which half a percent changes a day. */
export function dataOn(state: PveState, volume: Volume): VolumeData {
  const known = state.volumes[volume.volume];
  if (known) return known;
  const usedBytes = chunks(volume.sizeBytes * (0.33 + 0.34 * chance('used', volume.volume)));
  return { usedBytes, changedBytesPerDay: chunks(usedBytes * 0.005) };
}

export type CopyOf = {
  readonly guest: GuestState;
  readonly volumes: readonly Volume[];
  readonly at: number;
  /** The newest finished snapshot of the group. */
  readonly previousAt: number | undefined;
  /** `used` where QEMU's bitmap belongs to that snapshot. */
  readonly bitmap: 'new' | 'used' | 'invalid';
  readonly bandwidthKibPerSecond: number | undefined;
};

/** What copying a VM's disks amounts to: with a bitmap only what was written, else everything. */
export function copyDisks(state: PveState, copy: CopyOf): { readonly drives: readonly DriveStatus[]; readonly transfer: Transfer } {
  const drives: DriveStatus[] = [];
  const total = { totalBytes: 0, readBytes: 0, zeroBytes: 0, reusedBytes: 0 };
  let sentBytes = 0;
  for (const volume of copy.volumes) {
    const data = dataOn(state, volume);
    const written = writtenSince(copy, volume, data);
    const dirtyBytes = copy.bitmap === 'used' ? written : volume.sizeBytes;
    const sent = copy.previousAt === undefined ? data.usedBytes : written;
    drives.push({ key: volume.key, totalBytes: volume.sizeBytes, dirtyBytes, bitmap: copy.bitmap });
    total.totalBytes += volume.sizeBytes;
    total.readBytes += dirtyBytes;
    if (copy.bitmap !== 'used') total.zeroBytes += volume.sizeBytes - data.usedBytes;
    sentBytes += sent;
  }
  total.reusedBytes = total.totalBytes - sentBytes;
  return { drives, transfer: { ...total, seconds: secondsFor(state, { ...total, sentBytes }, copy) } };
}

/** What saving a container's files amounts to: all of them are read, what is new is sent. */
export function copyFiles(state: PveState, copy: CopyOf): Transfer {
  let totalBytes = 0;
  let sentBytes = 0;
  for (const volume of copy.volumes) {
    const data = dataOn(state, volume);
    totalBytes += data.usedBytes;
    sentBytes += copy.previousAt === undefined ? data.usedBytes : writtenSince(copy, volume, data);
  }
  const amounts = { totalBytes, readBytes: totalBytes, zeroBytes: 0, reusedBytes: totalBytes - sentBytes };
  // A container's upload knows no limit, whatever the job says.
  return { ...amounts, seconds: secondsFor(state, { ...amounts, sentBytes }, { ...copy, bandwidthKibPerSecond: undefined }) };
}

function writtenSince({ guest, at, previousAt }: CopyOf, volume: Volume, data: VolumeData): number {
  if (previousAt === undefined || guest.runningSince === undefined) return 0;
  const days = (at - previousAt) / DAY_SECONDS;
  const bytes = around(data.changedBytesPerDay * days, 0.4, volume.volume, at);
  return Math.min(data.usedBytes, chunks(bytes));
}

type Amounts = { readonly readBytes: number; readonly zeroBytes: number; readonly sentBytes: number };

function secondsFor(state: PveState, { readBytes, zeroBytes, sentBytes }: Amounts, copy: CopyOf): number {
  const full = (readBytes - zeroBytes) / state.rate.readBytesPerSecond;
  const empty = zeroBytes / (8 * state.rate.readBytesPerSecond);
  const limited = copy.bandwidthKibPerSecond ? readBytes / (copy.bandwidthKibPerSecond * 1024) : 0;
  const seconds = Math.max(full + empty, sentBytes / state.rate.writeBytesPerSecond, limited);
  return Math.max(1, Math.round(around(seconds, 0.1, copy.guest.vmid, copy.at, 'seconds')));
}

function chunks(bytes: number): number {
  return Math.ceil(bytes / CHUNK_BYTES) * CHUNK_BYTES;
}
