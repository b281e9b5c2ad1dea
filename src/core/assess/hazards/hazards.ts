import type { Finding } from '../../finding.ts';
import type { Hazard, Surroundings } from './context.ts';
import { copyHazards } from './copies.ts';
import { diskHazards } from './disks.ts';
import { guestHazards, sharedGroupHazards } from './guests.ts';
import { identityHazards } from './identity.ts';
import { insideHazards } from './inside.ts';
import { jobHazards } from './jobs.ts';
import { pointHazards } from './points.ts';
import { pruneHazards } from './prunes.ts';
import { serverHazards } from './servers.ts';
import { storageHazards } from './storages.ts';
import { strayHazards } from './strays.ts';
import { unseenHazards } from './unseen.ts';

const HAZARDS: readonly Hazard[] = [
  unseenHazards,
  diskHazards,
  guestHazards,
  sharedGroupHazards,
  identityHazards,
  pointHazards,
  strayHazards,
  jobHazards,
  pruneHazards,
  copyHazards,
  serverHazards,
  storageHazards,
  insideHazards,
];

/** Every hazard that one observation of a site can show. */
export function findHazards(around: Surroundings): Finding[] {
  return HAZARDS.flatMap((hazard) => hazard(around));
}
