import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PromiseVerdicts } from './assessment.ts';
import { worstPromises } from './worst-promises.ts';

const kept = { posture: 'protected', because: 'kept' } as const;
const late = { posture: 'attention', because: 'late' } as const;
const lost = { posture: 'broken', because: 'lost' } as const;
const good: PromiseVerdicts = { rpo: kept, verify: kept, offsite: { known: true, newestAt: 900 }, reachesAt: 100 };

const rows: readonly { readonly name: string; readonly other: PromiseVerdicts; readonly worst: PromiseVerdicts }[] = [
  { name: 'both the same', other: good, worst: good },
  { name: 'one older point', other: { ...good, rpo: late }, worst: { ...good, rpo: late } },
  { name: 'one copy is older', other: { ...good, offsite: { known: true, newestAt: 800 } }, worst: { ...good, offsite: { known: true, newestAt: 800 } } },
  { name: 'one has no copy', other: { ...good, offsite: { known: true, owed: lost } }, worst: { ...good, offsite: { known: true, owed: lost } } },
  { name: 'the copies of one are not known', other: { ...good, offsite: { known: false } }, worst: { ...good, offsite: { known: false } } },
  { name: 'one reaches less far', other: { ...good, reachesAt: 300 }, worst: { ...good, reachesAt: 300 } },
  { name: 'one reaches nowhere', other: { rpo: lost, verify: kept, offsite: good.offsite! }, worst: { rpo: lost, verify: kept, offsite: good.offsite! } },
  { name: 'verification owes one nothing', other: { rpo: kept, offsite: good.offsite!, reachesAt: 100 }, worst: good },
]; // prettier-ignore

describe('the promises of a guest that is kept through two', () => {
  for (const { name, other, worst } of rows)
    test(name, () => {
      assert.deepEqual(worstPromises(good, other), worst);
      assert.deepEqual(worstPromises(other, good), worst);
    });

  test('where both owe a copy, the worse debt counts', () => {
    const [a, b] = [late, lost].map((owed): PromiseVerdicts => ({ ...good, offsite: { known: true, newestAt: 800, owed } }));
    assert.equal(worstPromises(a!, b!).offsite?.owed, lost);
    assert.equal(worstPromises(b!, a!).offsite?.owed, lost);
  });
});
