import type { Finding } from '../../finding.ts';
import type { Hazard, Surroundings } from './context.ts';
import { diskHazards } from './disks.ts';
import { guestHazards, identityHazards } from './guests.ts';
import { jobHazards, pruneHazards } from './jobs.ts';
import { pointHazards, strayHazards } from './points.ts';
import { serverHazards } from './servers.ts';

const HAZARDS: readonly Hazard[] = [
  diskHazards,
  guestHazards,
  identityHazards,
  pointHazards,
  strayHazards,
  jobHazards,
  pruneHazards,
  serverHazards,
];

/** Every hazard that one observation of a site can show. */
export function findHazards(around: Surroundings): Finding[] {
  return HAZARDS.flatMap((hazard) => hazard(around));
}
