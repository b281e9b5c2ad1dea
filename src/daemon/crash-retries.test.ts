import { expect, test } from 'vitest';
import type { Proxmox } from '#app/ports.ts';
import type { Actual, BackupTask, PbsTask, Snapshot } from '#core/world/actual.ts';
import { emptyRows, volatileMemory } from '#store/volatile.ts';
import { makeActual, makeBackupJob, makeGroup, makePbs, makePbsStorage, makePve, makeSite, makeSnapshot, makeUpid, NOW, seen } from '#test/make.ts'; // prettier-ignore
import { virtualTime } from '#test/virtual-time.ts';
import { startDaemon } from './daemon.ts';
import { killedAt, mortalMemory } from './testing/mortal.ts';
import { connectFake, fakePorts, fakeSite, policyOf, recordingNotifier } from './testing/site.ts';
import type { WorkerPorts } from './worker.ts';

/*
 * Kill -9 at every write of a night that is made good: a backup failed for a passing reason, its first repeat does too, and the second leaves a point; an
 * older point failed its verification before a newer backup came. However the daemon is killed, each is started as often as if it had lived.
 */

const HOUR = 3600;
const OURS = 'holdfast@pve!retry';
const RUN_AT = NOW - 11 * HOUR;
const DAMAGED_AT = NOW - 59 * HOUR;
const TAKES_SECONDS = 60;
const END_SECONDS = 3600;

type Started = { readonly at: number };

/** A site in which work takes a minute: what was asked of it, and what it looks like. */
function makeWorld(now: () => number) {
  const [backups, verifies]: [Started[], Started[]] = [[], []];
  const ended = ({ at }: Started): boolean => now() >= at + TAKES_SECONDS;

  function start(list: Started[]): { readonly outcome: 'busy' } | { readonly outcome: 'started'; readonly upid: string } {
    if (list.some((one) => !ended(one))) return { outcome: 'busy' };
    list.push({ at: now() });
    return { outcome: 'started', upid: `UPID:${now()}` };
  }

  function backupTask(one: Started, n: number): BackupTask {
    const upid = makeUpid({ text: `UPID:repeat-${n}`, startedAt: one.at, user: OURS, id: '101' });
    if (!ended(one)) return { upid };
    const well = n > 0;
    const result = well ? ({ vmid: 101, result: 'ok', durationSeconds: 60 } as const) : failure;
    return {
      upid,
      endedAt: one.at + TAKES_SECONDS,
      status: well ? 'OK' : 'job errors',
      log: { overall: well ? 'ok' : 'failed', guests: [result] },
    };
  }

  function verifyTask(one: Started): PbsTask {
    const upid = makeUpid({
      text: `UPID:verify-${one.at}`,
      product: 'pbs',
      startedAt: one.at,
      type: 'verify_snapshot',
      id: 'main:home/tier-1/vm/101',
    });
    return ended(one) ? { upid, endedAt: one.at + TAKES_SECONDS, status: 'OK' } : { upid };
  }

  function actual(): Actual {
    const mended = verifies.findLast(ended);
    const verification = mended
      ? ({ state: 'ok', upid: 'V', at: mended.at } as const)
      : ({ state: 'failed', upid: 'V', at: DAMAGED_AT + HOUR } as const);
    const good = backups
      .filter(ended)
      .slice(1)
      .map(({ at }): Snapshot => makeSnapshot({ at }));
    const snapshots = [makeSnapshot({ at: DAMAGED_AT, verification }), makeSnapshot({ at: NOW - 35 * HOUR }), ...good];
    const night: BackupTask = {
      upid: makeUpid({ startedAt: RUN_AT }),
      endedAt: RUN_AT + 600,
      status: 'job errors',
      log: { overall: 'failed', guests: [failure] },
    };
    return {
      ...makeActual({
        pve: makePve({
          storages: seen([makePbsStorage()]),
          backupJobs: seen([makeBackupJob({ schedule: '02:00', storage: 'pbs-tier-1' })]),
          backupTasks: seen([...backups.map(backupTask).toReversed(), night]),
        }),
        pbs: [
          makePbs({
            namespaces: [{ datastore: 'main', namespace: 'home/tier-1', groups: seen([makeGroup({ snapshots, listedAt: now() })], now()) }],
            tasks: seen(verifies.map(verifyTask)),
          }),
        ],
      }),
      asOf: now(),
    };
  }

  const sign = (): string =>
    [...backups, ...verifies]
      .filter(ended)
      .map(({ at }) => at)
      .join();
  return { actual, sign, backups, verifies, startBackup: () => start(backups), startVerify: () => start(verifies) };
}

const failure = { vmid: 101, result: 'failed', error: 'backup connect failed: Connection refused' } as const;

type Played = {
  readonly writes: number;
  readonly backups: number;
  readonly verifies: number;
  readonly actual: Actual;
  readonly acts: readonly string[];
};

async function play(n: number, when: 'before' | 'after'): Promise<Played> {
  const time = virtualTime();
  const now = (): number => NOW + Math.floor(time.nowMs() / 1000);
  const rows = emptyRows();
  const world = makeWorld(now);
  const home = fakeSite({ actual: world.actual });
  const life = killedAt(n, when);
  const own = volatileMemory(time.nowMs, rows);
  const base = policyOf('home');
  const site = makeSite();
  const policy = { ...base, sites: [{ ...site, pve: { ...site.pve, retryToken: 'env:RETRY' } }] } as const;

  function connect(through: <T>(effect: () => Promise<T>) => Promise<T>): () => Proxmox {
    return () => ({
      ...connectFake(home, now),
      repeatsAs: async () => OURS,
      startBackup: () => through(async () => world.startBackup()),
      startVerify: () => through(async () => world.startVerify()),
    });
  }
  function start(replica: string, ports: Pick<WorkerPorts, 'memory' | 'connect'>): void {
    const load = async () => ({ policy, findings: [], file: 'holdfast.yaml' });
    const all = { ...fakePorts(time, { home }, { notifier: recordingNotifier(), ...ports }), load };
    startDaemon({ ports: all, policy, replica, version: '0', allowed: new Set() });
  }

  start('first', { memory: mortalMemory(own, life), connect: connect(life.write) });
  let second = false;
  for (let passed = 0; passed < END_SECONDS; passed += 5) {
    home.sign = world.sign();
    if (life.dead() && !second) {
      second = true;
      start('second', { memory: volatileMemory(time.nowMs, rows), connect: connect((effect) => effect()) });
    }
    await time.pass(5);
  }
  const acts = (await own.audit(0)).map(({ act }) => act);
  return { writes: life.writes(), backups: world.backups.length, verifies: world.verifies.length, actual: world.actual(), acts };
}

const whole = await play(Infinity, 'before');

test('the story itself: two repeats of a backup, of which the second leaves a point, and one verification', () => {
  expect(whole).toMatchObject({ backups: 2, verifies: 1 });
  expect(whole.acts.filter((act) => act.startsWith('repeat-')).toSorted()).toEqual(['repeat-backup', 'repeat-backup', 'repeat-verify']);
  expect(outcome(whole.actual)).toEqual([['ok', undefined, undefined], 2]);
  expect(whole.writes).toBeGreaterThan(10);
});

for (const when of ['before', 'after'] as const) {
  for (let n = 1; n <= whole.writes; n++) {
    test(`killed just ${when} write ${n} took effect: nothing is started twice, nothing forgotten, each start is in the audit log`, async () => {
      const played = await play(n, when);
      expect(played).toMatchObject({ backups: whole.backups, verifies: whole.verifies });
      expect(outcome(played.actual)).toEqual(outcome(whole.actual));
      expect(played.acts.filter((act) => act === 'repeat-backup').length).toBeGreaterThanOrEqual(played.backups);
      expect(played.acts.filter((act) => act === 'repeat-verify').length).toBeGreaterThanOrEqual(played.verifies);
    });
  }
}

/** How each point was last verified, and how many repeats ended. */
function outcome({ pve, pbs }: Actual): unknown {
  const [namespace] = pbs[0]!.namespaces;
  const points = namespace!.groups.known ? namespace!.groups.value.flatMap(({ snapshots }) => snapshots) : [];
  const tasks = pve.backupTasks.known ? pve.backupTasks.value : [];
  return [points.map(({ verification }) => verification?.state), tasks.filter(({ upid, endedAt }) => upid.user === OURS && endedAt).length];
}
