import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ASSUME, makeSeedTiers, makeTier, NOW } from '#test/make.ts';
import { calendarFrom } from '../calendar/gap.ts';
import { pictureOf } from './picture.ts';
import { proveTier } from './prove.ts';

const DAY = 86_400;
const draw = (tier = makeTier()) => {
  const proof = proveTier(tier, { assume: ASSUME, timeZones: ['Europe/Vienna'], fromAt: calendarFrom(NOW), strict: false });
  return { proof, picture: pictureOf(proof, NOW) };
};

test('a daily tier: its runs from now on, the one that a clock change skips left out, and after the worst prune points of its whole retention', () => {
  const { proof, picture } = draw();
  assert.equal(picture.timeZone, 'Europe/Vienna');
  assert.equal(picture.runs.length, 399);
  assert.ok(picture.runs[0]!.at >= NOW && picture.runs.at(-1)!.at < NOW + 400 * DAY);
  assert.deepEqual(
    [...new Set(picture.runs.map(({ gapSeconds }) => gapSeconds / 3600))].toSorted((a, b) => a - b),
    [24, 25, 47],
  );
  const retention = proof.proofs.find(({ promise }) => promise === 'retention')!;
  const [oldest] = picture.keptOnWorstDay;
  const newest = picture.keptOnWorstDay.at(-1)!;
  assert.ok(newest <= retention.worstAt! && newest > retention.worstAt! - 2 * DAY);
  assert.ok(newest - oldest! >= 29 * DAY, 'the points that are left reach as far as the retention, but for the one that went');
});

for (const tier of makeSeedTiers())
  test(`tier ${tier.id} of the seed: as many points as the proof says are kept`, () => {
    const { proof, picture } = draw(tier);
    const { least, most } = proof.pointsKept!;
    assert.ok(picture.keptOnWorstDay.length >= least && picture.keptOnWorstDay.length <= most, String(picture.keptOnWorstDay.length));
    assert.deepEqual(
      [...picture.keptOnWorstDay].toSorted((a, b) => a - b),
      picture.keptOnWorstDay,
    );
  });

test('what cannot be drawn is empty: a schedule that never runs, keep values that keep everything', () => {
  assert.deepEqual(draw(makeTier({ schedule: '2-30' })).picture.runs, []);
  assert.deepEqual(draw(makeTier({ schedule: 'nonsense' })).picture.runs, []);
  assert.deepEqual(draw(makeTier({ keep: { last: 0 } })).picture.keptOnWorstDay, []);
});

test('of a schedule every quarter of an hour the first 2000 runs are drawn', () => {
  assert.equal(draw(makeTier({ schedule: '*:0/15' })).picture.runs.length, 2000);
});
