import type { Guest, Observed, Unknown } from '../world/actual.ts';
import type { Surroundings } from './hazards/context.ts';
import type { TierHere } from './tier-here.ts';

/** The right without which the server leaves rows out of a list and says nothing, or why the list could not be read at all. */
export function hiddenRows(part: Observed<unknown>): Unknown | undefined {
  return part.known ? part.gaps.find(({ kind, privilege }) => kind === 'empty' && privilege !== undefined) : part.unknown;
}

/**
 * What was not seen and decides how a guest stands, though its points were: whether an enabled job takes it, where that job leads, and
 * whether another prune takes its points away. Undefined where all of it was seen.
 */
export function blindSpotOf({ actual, covering, storages }: Surroundings, guest: Guest, { place }: TierHere): Unknown | undefined {
  const { backupJobs, pools, storages: listed } = actual.pve;
  for (const part of [backupJobs, pools, listed]) if (!part.known) return part.unknown;
  if (covering.known) {
    const { enabled } = covering.jobsOf(guest);
    if (enabled.length === 0 && covering.hidden) return covering.hidden;
    const leads = enabled.every(({ storage }) => storage === undefined || storages.has(storage));
    if (!leads && hiddenRows(listed)) return hiddenRows(listed);
  }
  const prunes = actual.pbs.find(({ name }) => name === place?.pbs)?.pruneJobs;
  const hidden = prunes && hiddenRows(prunes);
  if (!hidden || !place) return undefined;
  const near =
    [undefined, '/', '/datastore', `/datastore/${place.datastore}`].includes(hidden.path) ||
    hidden.path!.startsWith(`/datastore/${place.datastore}/`);
  return near ? hidden : undefined;
}
