import { calendarFrom } from '../calendar/gap.ts';
import type { Policy, TierId } from '../policy/policy.ts';
import type { UnixSeconds } from '../units.ts';
import { pictureOf, type Picture } from './picture.ts';
import type { TierProof } from './proof.ts';
import { proveTier } from './prove.ts';

/** The proofs of all tiers of a policy in the zones of its sites, each with its picture. */
export type Proved = {
  readonly timeZones: readonly string[];
  readonly tiers: readonly TierProof[];
  readonly pictures: ReadonlyMap<TierId, Picture>;
};

/** Proves a whole policy. A second or less for what people write; schedules of every few minutes in many tiers take longer. */
export function proveWhole({ sites, tiers, assume }: Pick<Policy, 'sites' | 'tiers' | 'assume'>, now: UnixSeconds): Proved {
  const timeZones = [...new Set(sites.map(({ timeZone }) => timeZone))];
  const proofs = tiers.map((tier) => proveTier(tier, { assume, timeZones, fromAt: calendarFrom(now), strict: false }));
  return { timeZones, tiers: proofs, pictures: new Map(proofs.map((proof) => [proof.id, pictureOf(proof, now)])) };
}
