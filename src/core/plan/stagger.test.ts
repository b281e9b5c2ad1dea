import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeActual, makeBackupTask, makeGuest, makePolicy, makePve, makeSite, makeTier, seen } from '#test/make.ts';
import type { Site, Tier } from '../policy/policy.ts';
import { staggerFindings } from './stagger.ts';

const HOUR = 3600;

type Case = {
  readonly name: string;
  readonly tiers: readonly Partial<Tier>[];
  /** Node and measured seconds of the guest of each tier. */
  readonly guests: readonly (readonly [node: string, seconds: number | undefined])[];
  readonly site?: Partial<Site>;
  readonly found: readonly (readonly [code: string, tier: number, told: RegExp, fix: RegExp])[];
};

const NIGHT = { startMinute: 22 * 60, endMinute: 6 * 60 };

const CASES: readonly Case[] = [
  {
    name: 'one after the other: nothing to tell',
    tiers: [{ schedule: '01:00' }, { schedule: '03:30' }],
    guests: [
      ['pve1', HOUR],
      ['pve1', HOUR],
    ],
    found: [],
  },
  {
    name: 'a wait that the proof allows for is none',
    tiers: [{ schedule: '01:00' }, { schedule: '01:50' }],
    guests: [
      ['pve1', HOUR],
      ['pve1', HOUR],
    ],
    found: [],
  },
  {
    name: 'a weekly job meets the nightly one, and waits longer than was assumed',
    tiers: [{ schedule: '01:00' }, { schedule: 'sun 02:00' }],
    guests: [
      ['pve1', 2 * HOUR],
      ['pve1', HOUR],
    ],
    found: [['HF-SCHEDULE-MEET', 2, /waits up to 1h on node pve1 for tier 1/, /schedule: "sun 03:00"/]],
  },
  {
    name: 'started in the same minute, the one with the lower number goes first',
    tiers: [{ schedule: '01:00' }, { schedule: 'sun 01:00' }],
    guests: [
      ['pve1', HOUR],
      ['pve1', HOUR],
    ],
    found: [['HF-SCHEDULE-MEET', 2, /waits up to 1h/, /schedule: "sun 02:00"/]],
  },
  {
    name: 'on different nodes they do not meet',
    tiers: [{ schedule: '01:00' }, { schedule: '01:00' }],
    guests: [
      ['pve1', 2 * HOUR],
      ['pve2', HOUR],
    ],
    found: [],
  },
  {
    name: 'never on the same day',
    tiers: [{ schedule: 'mon 01:00' }, { schedule: 'tue 01:00' }],
    guests: [
      ['pve1', 2 * HOUR],
      ['pve1', HOUR],
    ],
    found: [],
  },
  {
    name: 'over midnight',
    tiers: [{ schedule: '23:00' }, { schedule: '00:30' }],
    guests: [
      ['pve1', 3 * HOUR],
      ['pve1', HOUR],
    ],
    found: [['HF-SCHEDULE-MEET', 2, /waits up to 1h 30m/, /schedule: "02:00"/]],
  },
  {
    name: 'of what was never measured nothing is said',
    tiers: [{ schedule: '01:00' }, { schedule: '01:00' }],
    guests: [
      ['pve1', undefined],
      ['pve1', undefined],
    ],
    site: { window: NIGHT },
    found: [],
  },
  {
    name: 'ends after the window',
    tiers: [{ schedule: '04:00' }],
    guests: [['pve1', 3 * HOUR]],
    site: { window: NIGHT },
    found: [['HF-SCHEDULE-WINDOW', 1, /ends at 07:00, and the window of site home is 22:00–06:00/, /start by 03:00 at the latest/]],
  },
  {
    name: 'fits no window of that length',
    tiers: [{ schedule: '22:00' }],
    guests: [['pve1', 9 * HOUR]],
    site: { window: NIGHT },
    found: [['HF-SCHEDULE-WINDOW', 1, /ends at 07:00/, /fits nowhere in 22:00–06:00/]],
  },
  {
    name: 'no start in the window is left',
    tiers: [{ schedule: '22:00' }, { schedule: '23:00' }],
    guests: [
      ['pve1', 7 * HOUR],
      ['pve1', 2 * HOUR],
    ],
    site: { window: NIGHT },
    found: [['HF-SCHEDULE-MEET', 2, /waits up to 6h/, /no start in the window is free for it/]],
  },
];

for (const { name, tiers, guests, site, found } of CASES) {
  test(`staggerFindings: ${name}`, () => {
    const policy = makePolicy({ sites: [makeSite(site)], tiers: tiers.map((tier, index) => makeTier({ id: index + 1, ...tier })) });
    const durations = Object.fromEntries(guests.flatMap(([, seconds], index) => (seconds === undefined ? [] : [[101 + index, seconds]])));
    const pve = makePve({
      guests: seen(guests.map(([node], index) => makeGuest({ vmid: 101 + index, node }))),
      backupTasks: seen([makeBackupTask(durations)]),
    });
    const tierByGuest = new Map(guests.map((_, index) => [101 + index, index + 1]));
    const findings = staggerFindings({ policy, site: policy.sites[0]!, actual: makeActual({ pve }), tierByGuest });
    assert.deepEqual(
      findings.map(({ code, tier }) => [code, tier]),
      found.map(([code, tier]) => [code, tier]),
    );
    for (const [index, [, , told, fix]] of found.entries()) {
      assert.match(findings[index]!.problem, told);
      assert.match(findings[index]!.fix, fix);
    }
  });
}
