import { keepLocks, type LockPorts } from '#app/locks.ts';
import type { Lease, PointName } from '#app/ports.ts';
import { enter } from '#core/ledger/enter.ts';
import { lockLimit } from '#core/ledger/locks.ts';
import { CLAIM_SECONDS } from '#core/ledger/ownership.ts';
import type { GroupPlace, LedgerPoint } from '#core/memory/record.ts';
import type { Policy } from '#core/policy/policy.ts';
import type { Actual, BackupGroup, Observed, Snapshot } from '#core/world/actual.ts';
import { ProxmoxError } from '#core/world/proxmox-error.ts';
import { pruneGroup } from '#lab/pbs/prune.ts';
import { makeActual, makePbs, makePolicy, makePve, makeSite, makeTier, NOW } from '#test/make.ts';
import type { Happening } from './log.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
const place: GroupPlace = { site: 'home', server: 'pbs', datastore: 'main', namespace: 'home/tier-1', type: 'vm', id: '101' };
const lease: Lease = { site: 'home', holder: 'one', token: 1 };
const site = makeSite();
const [pve, pbs, bare] = [
  makePve({ guests: { known: false, asOf: NOW, unknown: { what: 'guests', kind: 'down', because: '' } } }),
  makePbs(),
  makeActual(),
];

/** A power cut: whatever was under way ends here. */
class PowerCut extends Error {}
const CUT = new PowerCut();

const NOT_THERE = new ProxmoxError('missing', { server: 'pbs', call: 'protect', detail: 'snapshot does not exist!' });

type Point = { readonly at: number; flag: boolean; verified?: 'ok' | 'failed'; verifiedAt: number };

/** Chance from a seed: the same seed lives the same life. */
function chanceFrom(seed: number): (below: number) => number {
  let state = (seed * 2_654_435_761) >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const policies = new Map<string, Policy>();

/** A tier of daily points: the policy of that moment, made once. */
function policyOf(retentionDays: number, locks: boolean): Policy {
  const key = `${retentionDays} ${locks}`;
  const made = policies.get(key) ?? makePolicy({ tiers: [makeTier({ retentionSeconds: retentionDays * DAY, lock: locks })] });
  policies.set(key, made);
  return made;
}

/**
 * One life of a group on PBS: backups, verifications, prunes that may keep too little, deletions, people who set and lift the flag, clocks that
 * jump (one at least never ahead), policies that change, looks that see nothing, power cuts before and after every write.
 */
export async function liveThrough(seed: number): Promise<Happening[]> {
  const chance = chanceFrom(seed);
  const log: Happening[] = [];
  const memory = new Map<number, LedgerPoint>();
  const clocks = { ours: 0, server: 0, node: 0 };
  let points: Point[] = [];
  let time = NOW;
  let policy = { retentionDays: [3, 7, 30][chance(3)]!, locks: chance(8) > 0 };
  let fuse = Infinity;
  /** Our own clock jumps no more. */
  let steady = false;

  const names = ['ours', 'server', 'node'] as const;
  const right = names[chance(3)]!;
  const ourTime = (): number => time + clocks.ours;

  const cut = (): void => {
    fuse -= 1;
    if (fuse <= 0) throw CUT;
  };
  const write = (list: readonly LedgerPoint[]): void => {
    for (const point of list) memory.set(point.at, point);
  };
  const ports: LockPorts = {
    clock: { now: ourTime },
    memory: {
      recordPoints: async (_lease, list) => {
        cut();
        write(list);
        cut();
        return 'recorded';
      },
    },
    protector: {
      isProtected: async ({ at }: PointName) => points.find((one) => one.at === at)?.flag ?? false,
      setProtected: async ({ at }: PointName, on) => {
        cut();
        const point = points.find((one) => one.at === at);
        if (!point) throw NOT_THERE;
        if (point.flag !== on) log.push({ kind: 'flag', at, time, on, by: 'holdfast' });
        point.flag = on;
        cut();
      },
    },
  };

  function look(sees: 'all' | 'nothing'): Actual {
    const snapshots = points.map(snapshotOf);
    const group = { type: 'vm' as const, id: '101', owner: '', comment: '', backupCount: 0, snapshots, listedAt: ourTime() };
    const groups: Observed<readonly BackupGroup[]> =
      sees === 'all'
        ? { known: true, asOf: ourTime(), complete: true, value: snapshots.length > 0 ? [group] : [], gaps: [] }
        : { known: false, asOf: ourTime(), unknown: { what: '', kind: 'down', because: '' } };
    const ahead = clocks.server - clocks.ours;
    const nodeAhead = clocks.node - clocks.ours;
    return {
      ...bare,
      asOf: ourTime(),
      pve: {
        ...pve,
        nodes: { known: true, asOf: 0, complete: true, gaps: [], value: [{ name: 'pve1', online: true, clockAheadSeconds: nodeAhead }] },
      },
      pbs: [
        {
          ...pbs,
          namespaces: [{ datastore: 'main', namespace: 'home/tier-1', groups }],
          node: { known: true, asOf: 0, complete: true, gaps: [], value: { timeZone: 'UTC', clockAheadSeconds: ahead } },
        },
      ],
    };
  }

  async function cycle(sees: 'all' | 'nothing'): Promise<void> {
    const now = policyOf(policy.retentionDays, policy.locks);
    try {
      const actual = look(sees);
      const { points: changed } = enter({ policy: now, site, actual, now: ourTime(), groups: [{ place, points: [...memory.values()] }] });
      cut();
      write(changed);
      const latestTime = time + Math.max(clocks.ours, clocks.server, clocks.node);
      const listed = sees === 'all' ? points.map(({ at }) => at) : undefined;
      log.push({ kind: 'look', time, ourTime: ourTime(), latestTime, retentionSeconds: policy.retentionDays * DAY, listed });
      cut();
      const kept = [...memory.values()].filter(({ goneAt }) => goneAt === undefined);
      const { findings } = await keepLocks(ports, { policy: now, site, actual, lease, groups: [kept], by: 'holdfast' });
      log.push({ kind: 'kept', locks: policy.locks, full: findings.some(({ code }) => code === 'HF-LOCK-LIMIT') });
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      log.push({ kind: 'crash', time, ourTime: ourTime() });
    }
    fuse = Infinity;
  }

  function remove(going: (point: Point, i: number) => boolean): void {
    const gone = points.filter(going);
    points = points.filter((point) => !gone.includes(point));
    for (const { at, flag } of gone) log.push({ kind: 'gone', at, time, flag });
  }

  /**
   * Whether it can be told whose flag it is when a person sets it now. Left out is who acts within an hour after a power cut in the middle of our
   * own write, or lifts ours and sets it again between two looks: nobody could tell it from us (core/ledger/ownership.ts).
   */
  function canTell(at: number): boolean {
    const { lockedAt, protected: known } = memory.get(at) ?? { protected: false };
    if (lockedAt === undefined) return true;
    const last = log.findLast((one) => one.kind === 'flag' && one.at === at);
    if (known && (last?.kind !== 'flag' || last.by === 'person' || time - last.time <= CLAIM_SECONDS)) return false;
    if (!known && ourTime() - lockedAt <= CLAIM_SECONDS) return false;
    steady = true;
    return true;
  }

  const acts: readonly (() => void | Promise<void>)[] = [
    () => {
      const at = time + clocks.node - chance(HOUR);
      if (points.every((one) => one.at < at)) {
        points.push({ at, flag: false, verifiedAt: 0 });
        log.push({ kind: 'made', at });
      }
    },
    () => {
      const point = points[chance(points.length || 1)];
      if (point) [point.verified, point.verifiedAt] = [chance(5) > 0 ? 'ok' : 'failed', Math.max(point.at, time)];
    },
    () => {
      const marks = pruneGroup(
        points.map(({ at, flag }) => ({ time: at, protected: flag })),
        { last: chance(4), daily: chance(8) },
        'UTC',
      );
      remove((_, i) => marks[i] === 'removed');
    },
    () => {
      const victim = points[chance(points.length || 1)];
      remove((point) => point === victim && !point.flag);
    },
    () => {
      const point = points[chance(points.length || 1)];
      if (!point || (!point.flag && !canTell(point.at))) return;
      point.flag = !point.flag;
      log.push({ kind: 'flag', at: point.at, time, on: point.flag, by: 'person' });
    },
    () => void (policy = { retentionDays: [1, 3, 7, 30, 60][chance(5)]!, locks: chance(6) > 0 }),
    () => {
      const name = names[chance(3)]!;
      if (steady && name === 'ours') return;
      const jump = [0, 0, -400 * DAY, 400 * DAY, -5 * DAY, 5 * DAY][chance(6)]!;
      clocks[name] = name === right ? Math.min(0, jump) : jump;
    },
    () => {
      if (chance(3) === 0) fuse = 1 + chance(14);
      return cycle(chance(6) > 0 ? 'all' : 'nothing');
    },
  ];
  /** How often each of `acts` happens: backups and looks most. */
  const deck = [0, 0, 0, 0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 7, 7, 7, 7, 7];
  for (let i = 8 + chance(16); i > 0; i--) {
    time += chance(3) === 0 ? chance(12 * DAY) : chance(2 * HOUR);
    await acts[deck[chance(deck.length)]!]!();
  }
  Object.assign(clocks, { ours: 0, server: 0, node: 0 });
  for (let i = 0; i < 2; i++) {
    time += 600;
    await cycle('all');
  }
  const limit = lockLimit(policyOf(policy.retentionDays, policy.locks).tiers[0]!);
  const last = points.map(({ at, flag, verified }) => ({ at, flag, verified: verified === 'ok' }));
  return [...log, { kind: 'end', time, locks: policy.locks, points: last, limit }];
}

function snapshotOf({ at, flag, verified, verifiedAt }: Point): Snapshot {
  return {
    at,
    sizeBytes: 1,
    protected: flag,
    owner: '',
    comment: '',
    encryption: 'none',
    files: [],
    ...(verified ? { verification: { state: verified, upid: '', at: verifiedAt } } : {}),
  };
}
