import type { World } from '../world.ts';
import { utcText } from '../zone.ts';
import { eachSnapshot, sizeOf } from './content.ts';
import type { PbsState, Task } from './state.ts';
import { logTo, runningTasks } from './tasks.ts';

const DEFAULT_CUTOFF_MINUTES = 24 * 60 + 5;
const CHUNK_BYTES = 2 ** 21;

/**
 * Collects garbage: chunks nobody uses go once they were touched longer than a day and five minutes ago; younger ones are
 * pending. https://pbs.proxmox.com/docs/maintenance.html#gc-background
 */
export function collectGarbage(world: World, pbs: PbsState, { task, store }: { readonly task: Task; readonly store: string }): string {
  const datastore = pbs.datastores[store];
  if (!datastore) return `no such datastore '${store}'`;
  const tuned = /gc-atime-cutoff=(\d+)/.exec(String(datastore.config['tuning'] ?? ''))?.[1];
  const cutoffMinutes = tuned === undefined ? DEFAULT_CUTOFF_MINUTES : Number(tuned);
  let oldestWriter = task.startedAt;
  for (const other of runningTasks(pbs)) if (other.session?.store === store) oldestWriter = Math.min(oldestWriter, other.startedAt - 300);
  const minimumAt = Math.min(task.startedAt - cutoffMinutes * 60, oldestWriter);
  const gone = datastore.garbage.filter(({ touchedAt }) => touchedAt < minimumAt);
  datastore.garbage = datastore.garbage.filter(({ touchedAt }) => touchedAt >= minimumAt);

  const used = { files: 0, logicalBytes: 0, bytes: 0 };
  for (const { snapshot } of eachSnapshot(datastore)) {
    if (snapshot.state !== 'finished') continue;
    used.files += snapshot.files.filter(({ filename }) => !filename.endsWith('.blob')).length;
    used.logicalBytes += sizeOf(snapshot);
    used.bytes += snapshot.newBytes;
  }
  const sum = (list: typeof gone, key: 'bytes' | 'chunks') => list.reduce((total, one) => total + one[key], 0);
  const chunks = Math.ceil(used.bytes / CHUNK_BYTES);
  datastore.gc = {
    upid: task.upid,
    'index-file-count': used.files,
    'index-data-bytes': used.logicalBytes,
    'disk-bytes': used.bytes,
    'disk-chunks': chunks,
    'removed-bytes': sum(gone, 'bytes'),
    'removed-chunks': sum(gone, 'chunks'),
    'pending-bytes': sum(datastore.garbage, 'bytes'),
    'pending-chunks': sum(datastore.garbage, 'chunks'),
    'removed-bad': 0,
    'still-bad': datastore.badChunks,
    'cache-stats': { hits: used.files * 3, misses: chunks },
  };
  logTo(world, pbs, { task, lines: reportLines({ minimumAt, cutoffMinutes, gc: datastore.gc }) });
  return 'OK';
}

type Report = { readonly minimumAt: number; readonly cutoffMinutes: number; readonly gc: PbsState['datastores'][string]['gc'] };

function reportLines({ minimumAt, cutoffMinutes, gc }: Report): readonly string[] {
  const days = Math.floor(cutoffMinutes / 1440);
  const minutes = cutoffMinutes % 1440;
  const cutoff = [days > 0 ? `${days}d` : '', minutes > 0 ? `${minutes}m` : ''].filter((part) => part !== '').join(' ');
  const cache = gc['cache-stats'] ?? { hits: 0, misses: 0 };
  const factor = gc['disk-bytes'] === 0 ? 1 : gc['index-data-bytes'] / gc['disk-bytes'];
  const share = gc['index-data-bytes'] === 0 ? '0.00' : ((100 * gc['disk-bytes']) / gc['index-data-bytes']).toFixed(2);
  return [
    'Access time update check successful, proceeding with GC.',
    `Using access time cutoff ${cutoff}, minimum access time is ${utcText(minimumAt)}`,
    'Start GC phase1 (mark used chunks)',
    `marked 100% (${gc['index-file-count']} of ${gc['index-file-count']} index files)`,
    'Start GC phase2 (sweep unused chunks)',
    `processed 100% (${gc['disk-chunks']} chunks)`,
    `Chunk cache: hits ${cache.hits}, misses ${cache.misses} (hit ratio ${((100 * cache.hits) / Math.max(1, cache.hits + cache.misses)).toFixed(2)}%)`,
    `Removed garbage: ${binarySize(gc['removed-bytes'])}`,
    `Removed chunks: ${gc['removed-chunks']}`,
    ...(gc['pending-bytes'] > 0 ? [`Pending removals: ${binarySize(gc['pending-bytes'])} (in ${gc['pending-chunks']} chunks)`] : []),
    ...(gc['still-bad'] > 0 ? [`Leftover bad chunks: ${gc['still-bad']}`] : []),
    `Original data usage: ${binarySize(gc['index-data-bytes'])}`,
    `On-Disk usage: ${binarySize(gc['disk-bytes'])} (${share}%)`,
    `On-Disk chunks: ${gc['disk-chunks']}`,
    `Deduplication factor: ${factor.toFixed(2)}`,
    `Average chunk size: ${binarySize(gc['disk-chunks'] === 0 ? 0 : gc['disk-bytes'] / gc['disk-chunks'])}`,
  ];
}

/** `1.289 MiB`, as PBS writes sizes into logs: up to three decimals. */
export function binarySize(bytes: number): string {
  let value = bytes;
  let unit = 'B';
  for (const next of ['KiB', 'MiB', 'GiB', 'TiB', 'PiB']) {
    if (value < 1024) break;
    value /= 1024;
    unit = next;
  }
  return `${Number(value.toFixed(3))} ${unit}`;
}
