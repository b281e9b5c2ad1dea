import { expect, test } from 'vitest';
import type { Memory, Notifier, Proxmox } from '#app/ports.ts';
import { markedComment } from '#core/desired/mark.ts';
import type { AlertRecord } from '#core/memory/record.ts';
import { withSuspension } from '#core/pressure/suspension.ts';
import type { Actual } from '#core/world/actual.ts';
import { emptyRows, volatileMemory } from '#store/volatile.ts';
import { makeActual, makeBackupJob, makeGroup, makePbs, makePve, makeSite, makeSnapshot, makeTier, NOW, seen } from '#test/make.ts';
import { virtualTime } from '#test/virtual-time.ts';
import { startDaemon, type Daemon } from './daemon.ts';
import { connectFake, darkActual, fakePorts, fakeSite, policyOf, recordingNotifier, type FakeSite } from './testing/site.ts';
import { killedAt, mortalMemory } from './testing/mortal.ts';
import type { WorkerPorts } from './worker.ts';

/*
 * Kill -9 at every write of a story. A daemon that is killed does nothing any more: what it waits for never comes. Another one starts
 * on the same memory, and in the end the same was told, and each thing once.
 */

const HOUR = 3600;

const PRESSED = makeSite({
  pressure: { tiers: [4], belowSeconds: HOUR, resumeSeconds: 2 * HOUR, forSeconds: HOUR },
  pve: { ...makeSite().pve, pressureToken: 'env:PRESSURE' },
});
const LOWEST = makeTier({ id: 4 });
/** A job that was suspended under pressure, and whose time is up in the middle of the story. */
const { storage: _, ...SUSPENDED } = makeBackupJob({
  id: 'hf-tier-4',
  enabled: false,
  selection: { by: 'nothing' },
  comment: withSuspension(markedComment(PRESSED, LOWEST), { sinceAt: NOW - HOUR, untilAt: NOW + 300 }),
});

/** A guest with two points, as PBS protects them; `gone`: without the older one, which had to stay. */
function actualWith(home: FakeSite, asOf: number, gone = false): Actual {
  const snapshots = [20, 2]
    .map((hours) => NOW - hours * HOUR)
    .slice(gone ? 1 : 0)
    .map((at) => makeSnapshot({ at, protected: home.locked.has(at) }));
  const namespaces = [{ datastore: 'main', namespace: 'home/tier-1', groups: seen([makeGroup({ snapshots, listedAt: asOf })], asOf) }];
  const backupJobs = seen([{ ...SUSPENDED, ...home.jobs.get(SUSPENDED.id) }], asOf);
  return { ...makeActual({ pve: makePve({ backupJobs }), pbs: [makePbs({ namespaces })] }), asOf };
}

const STORY = [
  { atSeconds: 0, silent: [], actual: actualWith },
  { atSeconds: 200, silent: ['pve'], actual: darkActual },
  { atSeconds: 400, silent: [], actual: actualWith },
  { atSeconds: 600, silent: [], actual: (home: FakeSite, at: number) => actualWith(home, at, true) },
] as const;
const END_SECONDS = 1500;

type Told = { readonly writes: number; readonly sent: readonly AlertRecord[]; readonly points: string; readonly runs: boolean | undefined };

/** Plays the story with a daemon that is killed just before or just after its `n`-th write took effect. */
async function play(n: number, when: 'before' | 'after'): Promise<Told> {
  const time = virtualTime();
  const rows = emptyRows();
  const notifier = recordingNotifier();
  const home = fakeSite();
  const life = killedAt(n, when);
  const own = volatileMemory(time.nowMs, rows);
  const mortal = mortalMemory(own, life);
  const mortalNotifier: Notifier = { ...notifier, send: (...given) => life.write(() => notifier.send(...given)) };
  const connect = (): Proxmox => {
    const open = connectFake(home, () => NOW + Math.floor(time.nowMs() / 1000));
    return {
      ...open,
      setProtected: (...given) => life.write(() => open.setProtected(...given)),
      isProtected: life.reads(open.isProtected),
      switchJob: (...given) => life.write(() => open.switchJob(...given)),
    };
  };
  const start = (replica: string, memory: Memory, by: Notifier, mortal: Partial<WorkerPorts> = {}): Daemon => {
    const policy = { ...policyOf('home'), sites: [PRESSED], tiers: [makeTier({ lock: true }), LOWEST] };
    const load = async () => ({ policy, findings: [], file: 'holdfast.yaml' });
    const ports = { ...fakePorts(time, { home }, { memory, notifier: by, ...mortal }), load };
    return startDaemon({ ports, policy, replica, version: '0', allowed: new Set() });
  };

  start('first', mortal, mortalNotifier, { connect });
  let second: Daemon | undefined;
  for (let second_ = 0; second_ < END_SECONDS; second_ += 5) {
    const scene = STORY.findLast(({ atSeconds }) => atSeconds <= second_)!;
    Object.assign(home, { silent: scene.silent, actual: () => scene.actual(home, NOW + Math.floor(time.nowMs() / 1000)) });
    if (life.dead()) second ??= start('second', volatileMemory(time.nowMs, rows), notifier);
    await time.pass(5);
  }
  const points = [];
  for await (const batch of own.points('home', { gone: true })) points.push(...batch);
  return {
    runs: home.jobs.get(SUSPENDED.id)?.enabled,
    writes: life.writes(),
    sent: notifier.sent,
    points: JSON.stringify(
      points.map((point) => [
        point.at,
        point.notBeforeAt,
        point.goneAt !== undefined,
        point.protected,
        point.lockedAt !== undefined,
        home.locked.has(point.at),
      ]),
    ),
  };
}

/** What a receiver that knows ids keeps: channel and subject of each message, ages left out. */
function received(sent: readonly AlertRecord[]): string[] {
  const byId = new Map(sent.map((alert) => [`${alert.channel} ${alert.id}`, alert]));
  return [...byId.values()].map(({ channel, subject }) => `${channel}: ${subject.replaceAll(/\d+/g, 'N')}`).sort();
}

const whole = await play(Infinity, 'before');

test('the story itself: a loss, an outage, a suspension and their ends are told, each once a channel, and the points are locked', () => {
  expect(whole.runs).toBe(true);
  expect(JSON.parse(whole.points)).toMatchInlineSnapshot(`
    [
      [
        1795536000,
        1798128000,
        true,
        true,
        true,
        true,
      ],
      [
        1795600800,
        1798192800,
        false,
        true,
        true,
        true,
      ],
    ]
  `);
  expect(received(whole.sent)).toMatchInlineSnapshot(`
    [
      "mail: error: home: PVE: The server does not answer: nothing listens there",
      "mail: error: home: backup job hf-tier-N: Tier N is not backed up: its job is suspended since N-N-N N… and N more at home",
      "mail: error: home: vm/N in main:home/tier-N, gone N-N-N N:N:N: The point of N-N-N N:N:N of guest-N went b…",
      "mail: over: home: PVE: The server does not answer: nothing listens there",
      "mail: over: home: backup job hf-tier-N: Tier N is not backed up: its job is suspended since N-N-N N:N, because its dat…",
      "web: error: home: PVE: The server does not answer: nothing listens there",
      "web: error: home: backup job hf-tier-N: Tier N is not backed up: its job is suspended since N-N-N N… and N more at home",
      "web: error: home: vm/N in main:home/tier-N, gone N-N-N N:N:N: The point of N-N-N N:N:N of guest-N went b…",
      "web: over: home: PVE: The server does not answer: nothing listens there",
      "web: over: home: backup job hf-tier-N: Tier N is not backed up: its job is suspended since N-N-N N:N, because its dat…",
    ]
  `);
  expect(whole.writes).toBeGreaterThan(15);
});

for (const when of ['before', 'after'] as const) {
  for (let n = 1; n <= whole.writes; n++) {
    test(`killed just ${when} write ${n} took effect: no message lost, none doubled, no lock and no suspended job forgotten`, async () => {
      const told = await play(n, when);
      expect(received(told.sent)).toEqual(received(whole.sent));
      expect(told.points).toBe(whole.points);
      expect(told.runs).toBe(true);
    });
  }
}
