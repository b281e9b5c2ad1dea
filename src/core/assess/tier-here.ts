import { placeOf, type TierPlace } from '../desired/place.ts';
import type { Assume, Tier } from '../policy/policy.ts';
import type { Unknown } from '../world/actual.ts';
import type { AssessInput } from './assess.ts';
import { copyHere, type CopyHere } from './copy.ts';
import { dueAfter, type DueAfter } from './due.ts';
import { groupsIn, type TierGroups } from './points.ts';

/** What is the same for all guests of a tier at one site. */
export type TierHere = {
  readonly tier: Tier;
  readonly assume: Assume;
  readonly place: TierPlace | undefined;
  readonly groups: TierGroups;
  readonly dueAfter: DueAfter;
  /** Where the tier promises one. */
  readonly copy: CopyHere | undefined;
};

export function tierHere({ policy, site, actual, now }: AssessInput, tier: Tier): TierHere {
  const assume = { ...policy.assume, ...tier.assume };
  const place = placeOf(site, tier);
  const nowhere: Unknown = { what: `points of tier ${tier.id}`, kind: 'missing', because: `site ${site.name} has no PBS "${tier.pbs}"` };
  return {
    tier,
    assume,
    place,
    groups: place ? groupsIn(actual, place) : { known: false, unknown: nowhere },
    copy: copyHere(site, actual, tier, place),
    dueAfter: dueAfter(tier, assume, site.timeZone, now),
  };
}
