import { describe, expect, test } from 'vitest';
import { proveTiers } from '#core/retention/whole.ts';
import type { Tier } from '#core/policy/policy.ts';
import { proveTier } from '#core/retention/prove.ts';
import { layOut, type Timeline } from '#core/retention/timeline.ts';
import { pruneGroup } from '#lab/pbs/prune.ts';
import { deepFreeze, makePolicy, makeTier, NOW } from './make.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;

const ASSUME = { durationSeconds: 2400, queueSeconds: 1200, lostRuns: 0, extraRuns: 0, restoreBytesPerSecond: 100 * 2 ** 20 };
const SEED: readonly Tier[] = [
  makeTier({ id: 1, schedule: '04:00', statedKeep: { daily: 30 } }),
  makeTier({ id: 2, schedule: 'sun 05:00', rpoSeconds: 7 * DAY, retentionSeconds: 84 * DAY, statedKeep: { weekly: 12 } }),
  makeTier({
    id: 3,
    schedule: '*-1 22:00',
    rpoSeconds: 30 * DAY,
    graceSeconds: 26 * HOUR,
    retentionSeconds: 90 * DAY,
    statedKeep: { monthly: 3 },
  }),
  makeTier({
    id: 4,
    schedule: '*-1,4,7,10-1 23:30',
    rpoSeconds: 90 * DAY,
    graceSeconds: 50 * HOUR,
    retentionSeconds: 180 * DAY,
    statedKeep: { last: 2 },
    assume: { extraRuns: 1 },
  }),
];
const given = (strict: boolean): Parameters<typeof proveTier>[1] =>
  deepFreeze({ assume: ASSUME, timeZones: ['Europe/Vienna'], fromAt: NOW, strict });

describe('the seed', () => {
  test.each(SEED.map((tier) => [tier.id, tier] as const))('tier %i holds with its grace', (_id, tier) => {
    const proof = proveTier(tier, given(false));
    expect(proof.findings).toEqual([]);
    expect(proof.proofs.every(({ holds }) => holds)).toBe(true);
  });

  const broken = [
    { id: 1, worst: ['1d 2h', '29d 22h 40m'], keep: { daily: 31 } },
    { id: 2, worst: ['7d 2h', '83d 22h 40m'], keep: { weekly: 13 } },
    { id: 3, worst: ['31d 2h', '88d 22h 40m'], keep: { monthly: 4 } },
    { id: 4, worst: ['92d 2h', '89d 22h 40m'], keep: { last: 5 } },
  ];
  test.each(broken)(
    'tier $id breaks its RPO and its stated keep when nothing is forgiven, each with a fix that passes',
    ({ id, worst, keep }) => {
      const tier = SEED[id - 1]!;
      const proof = proveTier(tier, given(true));
      expect(proof.keep).toEqual(keep);
      expect(proof.findings.map(({ code, at }) => `${code} ${at}`)).toEqual([
        `HF-RPO tiers.${id}.rpo`,
        `HF-RETENTION tiers.${id}.stated.keep`,
      ]);
      for (const [i, finding] of proof.findings.entries()) {
        expect(finding.problem).toContain(worst[i]);
        expect(finding.problem).toMatch(/\d{4}-\d\d-\d\d/);
        const after = proveTier(proof.fixes[i]!.tier, given(true));
        expect(after.findings.map(({ at }) => at)).not.toContain(finding.at);
        expect(after.findings.length).toBe(proof.findings.length - 1);
      }
    },
  );

  test('all fixes together leave nothing', () => {
    const tiers = SEED.map((tier) => {
      const proof = proveTier(tier, given(true));
      const { statedKeep: _, ...rest } = tier;
      return { ...rest, schedule: proof.fixes.find(({ promise }) => promise === 'rpo')!.tier.schedule };
    });
    const { tiers: proofs } = proveTiers(makePolicy({ tiers, assume: ASSUME }), NOW, true);
    expect(proofs.flatMap(({ findings }) => findings)).toEqual([]);
  });
});

const troubled: readonly { name: string; tier: Partial<Tier>; code: string; zone?: string }[] = [
  { name: 'a time the clock change takes away', tier: { schedule: '02:00' }, code: 'HF-RPO' },
  { name: 'a schedule that never comes', tier: { schedule: '2-31 04:00' }, code: 'HF-CALENDAR-NEVER' },
  { name: 'a schedule that ends', tier: { schedule: '2027-1-1 04:00' }, code: 'HF-CALENDAR-ENDS' },
  { name: 'no schedule at all', tier: { schedule: 'soon' }, code: 'HF-CALENDAR-EVENT' },
  { name: 'more often than a scheduler looks', tier: { schedule: '*:*:0/5' }, code: 'HF-SCHEDULE-DENSE' },
  { name: 'an unknown zone', tier: {}, code: 'HF-ZONE', zone: 'Mars/Olympus' },
  { name: 'keep values that undercut', tier: { schedule: '04:00', keep: { daily: 7 } }, code: 'HF-RETENTION' },
  { name: 'waiting that carries a backup over midnight', tier: { schedule: '23:50', keep: { daily: 40 } }, code: 'HF-RETENTION' },
  {
    name: 'a backup by hand on the same day',
    tier: { schedule: '04:00', keep: { daily: 40 }, assume: { extraRuns: 1 } },
    code: 'HF-RETENTION',
  },
  { name: 'a reach too far', tier: { schedule: '04:00', keep: { daily: 40 }, reachSeconds: 60 * DAY }, code: 'HF-REACH' },
  {
    name: 'a point that stays too long',
    tier: { schedule: '04:00', keep: { daily: 40 }, deleteAfterSeconds: 35 * DAY },
    code: 'HF-DELETE-AFTER',
  },
  { name: 'nothing between two ages', tier: { schedule: '04:00', deleteAfterSeconds: 30 * DAY + HOUR }, code: 'HF-KEEP-NONE' },
  {
    name: 'everything kept and a last day promised',
    tier: { schedule: '04:00', keep: {}, deleteAfterSeconds: 90 * DAY },
    code: 'HF-DELETE-AFTER',
  },
  { name: 'verification too often', tier: { schedule: '04:00', verify: { everySeconds: DAY } }, code: 'HF-VERIFY-LATE' },
  {
    name: 'a copy too late',
    tier: { schedule: '04:00', offsite: { remote: 'vault', withinSeconds: DAY, direction: 'push', schedule: '05:00' } },
    code: 'HF-COPY-LATE',
  },
];

test.each(troubled)('$name is a finding, and its fix is proved', ({ tier, code, zone }) => {
  const made = makeTier(tier);
  const where = { assume: ASSUME, timeZones: [zone ?? 'Europe/Vienna'], fromAt: NOW, strict: false };
  const proof = proveTier(made, where);
  expect(proof.findings.map((finding) => finding.code)).toContain(code);
  if (code === 'HF-ZONE') return;
  const fix = proof.fixes.find((one) => one.code === code)!;
  expect(proof.findings.map((finding) => finding.fix)).toContain(fix.text);
  expect(proveTier(fix.tier, where).findings.map((finding) => finding.code)).not.toContain(code);
});

test('a tier that locks keeps no more points than its keep values and its locks together, and about as many', () => {
  const tier = makeTier({ schedule: '04:00', lock: true });
  const { keep, pointsKept } = proveTier(tier, given(false));
  const { runs } = layOut(tier.schedule, { timeZone: 'Europe/Vienna', fromAt: NOW }) as Timeline;
  let left: number[] = [];
  let most = 0;
  for (const at of runs.subarray(0, 200)) {
    left.push(at);
    most = Math.max(most, left.length);
    const isLocked = (time: number): boolean => at < time + tier.retentionSeconds;
    const marks = pruneGroup(
      left.map((time) => ({ time, protected: isLocked(time) })),
      keep!,
      'Europe/Vienna',
    );
    left = left.filter((_, i) => marks[i] !== 'removed');
  }
  const locked = pointsKept!.locked!;
  expect([keep, locked, proveTier(makeTier({ schedule: '04:00' }), given(false)).pointsKept!.locked]).toEqual([
    { daily: 31 },
    31,
    undefined,
  ]);
  expect(most).toBeLessThanOrEqual(pointsKept!.most + locked);
  expect(most).toBeGreaterThan(pointsKept!.least + locked - 3);
});
