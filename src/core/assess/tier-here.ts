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
  /** Under which names the tier's PBS ran its own tasks; undefined where none was seen. */
  readonly ownNodes: ReadonlySet<string> | undefined;
  readonly dueAfter: DueAfter;
  /** Where the tier promises one. */
  readonly copy: CopyHere | undefined;
};

/** Gathers what each guest of the tier is judged by. A tier that names a PBS the site does not have has unknown groups, never an empty list. */
export function tierHere({ policy, site, actual, now }: AssessInput, tier: Tier): TierHere {
  const assume = { ...policy.assume, ...tier.assume };
  const place = placeOf(site, tier);
  const nowhere: Unknown = { what: `points of tier ${tier.id}`, kind: 'missing', because: `site ${site.name} has no PBS "${tier.pbs}"` };
  return {
    tier,
    assume,
    place,
    groups: place ? groupsIn(actual, place) : { known: false, unknown: nowhere },
    ownNodes: nodesOf(actual, place),
    copy: copyHere(site, actual, tier, place),
    dueAfter: dueAfter(tier, assume, site.timeZone, now),
  };
}

function nodesOf({ pbs }: AssessInput['actual'], place: TierPlace | undefined): ReadonlySet<string> | undefined {
  const tasks = pbs.find(({ name }) => name === place?.pbs)?.tasks;
  return tasks?.known && tasks.value.length > 0 ? new Set(tasks.value.map(({ upid }) => upid.node)) : undefined;
}
