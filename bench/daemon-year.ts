import { DAY_SECONDS } from '#core/units.ts';
import type { CycleRecord, LedgerPoint, TaskRecord } from '#core/memory/record.ts';
import { sqliteStores } from '#store/sqlite.ts';
import type { FleetGroup } from './fleet-lab.ts';

/**
 * Fills a memory with the year before the bench of `daemon.ts`, in a process of its own, so that nothing of it stands in the memory that is measured:
 * every night with its runs and the points it made, which are gone by now, and what else a daemon writes down in a year.
 */
export type Year = { readonly folder: string; readonly site: string; readonly now: number; readonly groups: readonly FleetGroup[] };

const DAYS = 365;
const NODES = 20;

process.once('message', (year: Year) => {
  void fill(year).then((rows) => {
    process.send?.(rows);
    process.disconnect?.();
  });
});

async function fill({ folder, site, now, groups }: Year): Promise<{ readonly points: number; readonly runs: number }> {
  const { memory } = sqliteStores(folder, () => now);
  const [lease] = await memory.leases.round('year', [site], 3600);
  let [points, runs] = [0, 0];
  for (let ago = DAYS; ago > 0; ago--) {
    const at = now - ago * DAY_SECONDS;
    const made = groups.filter(({ oldestAt, everySeconds }) => at < oldestAt && Math.floor(ago * DAY_SECONDS) % everySeconds === 0);
    const saved = groups.filter(({ everySeconds }) => (ago * DAY_SECONDS) % everySeconds === 0);
    const record: CycleRecord = {
      site,
      at,
      look: { outcome: 'complete', seconds: 60 },
      points: made.map((group) => pointOf(group, site, at)),
      tasks: Array.from({ length: NODES }, (_, node) =>
        runOf(
          saved.filter((_group, i) => i % NODES === node),
          { site, at, node },
        ),
      ),
      lives: [],
      postures: [],
      usage: [
        { site, what: 'datastore:pbs/main', at, totalBytes: 2 ** 50, usedBytes: 2 ** 49 + (DAYS - ago) * 2 ** 35, availableBytes: 2 ** 48 },
      ],
      alerts: [],
      audit: [],
    };
    if ((await memory.record(lease!, record)) !== 'recorded') throw new Error('the lease was lost');
    points += made.length;
    runs += saved.length;
  }
  await memory.rollUp(now);
  await memory.leases.release('year');
  await memory.close();
  return { points, runs };
}

function pointOf({ namespace, id, tier, oldestAt }: FleetGroup, site: string, at: number): LedgerPoint {
  const place = { site, server: 'pbs', datastore: 'main', namespace, type: 'vm', id } as const;
  return {
    ...place,
    at,
    firstSeenAt: at,
    sizeBytes: 2 ** 34,
    tier,
    notBeforeAt: at + DAY_SECONDS,
    goneAt: Math.min(oldestAt, at + 60 * DAY_SECONDS),
    protected: false,
  };
}

function runOf(
  groups: readonly FleetGroup[],
  { site, at, node }: { readonly site: string; readonly at: number; readonly node: number },
): TaskRecord {
  const guests = groups.map(({ id }) => ({
    vmid: Number(id),
    result: 'ok' as const,
    durationSeconds: 60,
    bytes: 2 ** 32,
    reusedFraction: 0.9,
  }));
  return {
    site,
    upid: `UPID:node${node}:00000001:00000001:${at.toString(16)}:vzdump::root@pam:`,
    startedAt: at,
    endedAt: at + 3600,
    status: 'OK',
    guests,
  };
}
