import { calendarFrom } from '../calendar/gap.ts';
import type { Policy, TierId } from '../policy/policy.ts';
import type { UnixSeconds } from '../units.ts';
import { pictureOf, type Picture } from './picture.ts';
import type { TierProof } from './proof.ts';
import { proveTier } from './prove.ts';

type Proving = Pick<Policy, 'sites' | 'tiers' | 'assume'>;

/** The proofs of all tiers of a policy, each with its picture. */
export type Proved = {
  readonly timeZones: readonly string[];
  readonly tiers: readonly TierProof[];
  readonly pictures: ReadonlyMap<TierId, Picture>;
};

/** The proofs of all tiers of a policy, in the zones of its sites. */
export function proveTiers({ sites, tiers, assume }: Proving, fromAt: UnixSeconds, strict: boolean): Pick<Proved, 'timeZones' | 'tiers'> {
  const timeZones = [...new Set(sites.map(({ timeZone }) => timeZone))];
  return { timeZones, tiers: tiers.map((tier) => proveTier(tier, { assume, timeZones, fromAt, strict })) };
}

/** Proves a whole policy. A second or less for what people write; schedules of every few minutes in many tiers take longer. */
export function proveWhole(policy: Proving, now: UnixSeconds): Proved {
  const proved = proveTiers(policy, calendarFrom(now), false);
  return { ...proved, pictures: new Map(proved.tiers.map((proof) => [proof.id, pictureOf(proof, now)])) };
}
