import type { TierPlace } from '../desired/place.ts';
import type { Offsite, Site, Tier } from '../policy/policy.ts';
import { spellDuration, type UnixSeconds } from '../units.ts';
import type { Actual, SyncJob, Unknown } from '../world/actual.ts';
import { depthBelow, reaches, spellNamespace } from '../world/namespace.ts';
import { hiddenRows } from './blind.ts';
import { hostOf } from './leads.ts';
import type { JudgedPoint } from './evidence.ts';
import { groupsIn, type TierGroups } from './points.ts';
import type { Verdict } from './posture.ts';

/** What is known of the copy that a tier promises at another place. */
export type CopyHere = {
  readonly offsite: Offsite;
  /** Where it lies; undefined where the policy names no PBS for it. */
  readonly place: TierPlace | undefined;
  /** The sync jobs that bring the tier's points there, and the server they run on; not known where they could not be read. */
  readonly jobs:
    | { readonly known: true; readonly server: string; readonly list: readonly SyncJob[] }
    | { readonly known: false; readonly unknown: Unknown };
  /** What lies there. A place that no look reaches is not known, whatever a job says of itself. */
  readonly groups: TierGroups;
};

/** How the copy stands that a tier promises of what lies in `place`; undefined where none is promised. */
export function copyHere(site: Site, actual: Actual, tier: Tier, place: TierPlace | undefined): CopyHere | undefined {
  const { offsite } = tier;
  if (!offsite || !place) return undefined;
  const copy = copyPlace(site, actual, offsite, place);
  return { offsite, place: copy, jobs: jobsOf(site, actual, offsite, place), groups: groupsAt(site, actual, offsite, copy) };
}

/** A push is a job of the tier's own PBS, a pull one of the PBS that receives. */
function jobsOf(site: Site, actual: Actual, offsite: Offsite, place: TierPlace): CopyHere['jobs'] {
  const what = `the sync jobs to ${offsite.remote}`;
  const server = actual.pbs.find(({ name }) => name === (offsite.direction === 'push' ? place.pbs : offsite.remote));
  if (!server) return { known: false, unknown: { what, kind: 'missing', because: `site ${site.name} has no PBS of that name` } };
  const { syncJobs } = server;
  if (!syncJobs.known) return { known: false, unknown: syncJobs.unknown };
  const list = syncJobs.value.filter((job) =>
    offsite.direction === 'push'
      ? job.direction === 'push' && job.remote === offsite.remote && job.datastore === place.datastore && reaches(job, place.namespace)
      : job.direction === 'pull' &&
        job.remoteDatastore === place.datastore &&
        reaches({ ...job, namespace: job.remoteNamespace }, place.namespace),
  );
  const hidden = hiddenRows(syncJobs);
  if (list.length === 0 && hidden) return { known: false, unknown: hidden };
  return { known: true, server: server.name, list };
}

/** Where the copy of what lies in `place` goes. */
function copyPlace(site: Site, actual: Actual, offsite: Offsite, place: TierPlace): TierPlace | undefined {
  const receiver = receiverOf(site, actual, offsite, place);
  if (!receiver) return undefined;
  const datastore = offsite.datastore ?? (offsite.direction === 'push' ? place.datastore : receiver.datastore);
  return { pbs: receiver.name, datastore, namespace: offsite.namespace ?? place.namespace };
}

function groupsAt(site: Site, actual: Actual, { remote }: Offsite, copy: TierPlace | undefined): TierGroups {
  const blind = (because: string): TierGroups => ({ known: false, unknown: { what: `the copies at ${remote}`, kind: 'missing', because } });
  if (!copy) return blind(`no PBS of site ${site.name} in the policy is "${remote}"`);
  const { pbs, datastore, namespace } = copy;
  const looked = actual.pbs
    .find(({ name }) => name === pbs)
    ?.namespaces.some((one) => one.datastore === datastore && depthBelow(namespace, one.namespace) !== undefined);
  return looked ? groupsIn(actual, copy) : blind(`nobody looked at ${spellNamespace(copy)} on PBS ${pbs}`);
}

/** The PBS of the policy that a remote leads to: the one of its name, or the one at its address. */
function receiverOf(site: Site, actual: Actual, offsite: Offsite, place: TierPlace): Site['pbs'][number] | undefined {
  const others = site.pbs.filter(({ name }) => name !== place.pbs);
  const named = others.find(({ name }) => name === offsite.remote);
  if (named || offsite.direction === 'pull') return named;
  const remotes = actual.pbs.find(({ name }) => name === place.pbs)?.remotes;
  const host = remotes?.known ? remotes.value.find(({ name }) => name === offsite.remote)?.host : undefined;
  return host === undefined ? undefined : others.find(({ urls }) => urls.some((url) => hostOf(url) === host));
}

/** When the data of the newest finished copy of a group is from, that was not found corrupt; undefined where none lies there or nothing was seen. */
export function newestCopyAt(groups: TierGroups, group: string): UnixSeconds | undefined {
  const copies = groups.known ? (groups.byName.get(group)?.snapshots ?? []) : [];
  return copies.findLast(({ sizeBytes, verification }) => sizeBytes !== undefined && verification?.state !== 'failed')?.at;
}

/**
 * How the promise of a copy stands for one guest, where what lies there was seen: the newest point that should be there by now is, or a
 * newer one.
 * @param allowanceSeconds  how much later than its begin a point may be finished: only then can it be copied
 */
export function copyVerdict(
  { offsite, groups }: CopyHere,
  group: string,
  evidence: { readonly points: readonly JudgedPoint[]; readonly now: UnixSeconds; readonly allowanceSeconds: number },
): Verdict | undefined {
  const { points, now, allowanceSeconds } = evidence;
  if (!groups.known) return undefined;
  const due = points.find(({ usable, at }) => usable && now - at > offsite.withinSeconds + allowanceSeconds);
  if (!due) return undefined;
  const newestAt = newestCopyAt(groups, group);
  if (newestAt !== undefined && newestAt >= due.at) return undefined;
  const there =
    newestAt === undefined
      ? `no copy lies at ${offsite.remote}`
      : `the newest copy at ${offsite.remote} is ${spellDuration(now - newestAt)} old`;
  return { posture: 'at-risk', because: `${there}; promised is one within ${spellDuration(offsite.withinSeconds)}` };
}
