import { zoneRules } from '../calendar/zone.ts';
import { nextRun } from '../calendar/next.ts';
import { parseEvent } from '../calendar/event.ts';
import type { Finding } from '../finding.ts';
import { assign, promisedTier, type Assignment } from '../policy/assign.ts';
import type { Tier } from '../policy/policy.ts';
import type { UnixSeconds } from '../units.ts';
import type { BackupJob, Disk, Guest } from '../world/actual.ts';
import { reaches } from '../world/namespace.ts';
import { placeOf, type TierPlace } from '../desired/place.ts';
import type { AssessInput } from './assess.ts';
import type { Assessment, GuestAssessment } from './assessment.ts';
import { coveringOf } from './covering.ts';
import { keepers } from './evidence.ts';
import { copyHere } from './copy.ts';
import { isSame, ledPlaces } from './own-places.ts';
import { neighboursOf } from './neighbours.ts';
import { runsOf, type GuestRun } from './runs.ts';
import { stateDisks } from './state-disks.ts';

/** Everything about one guest, gathered for one page. */
export type Story = {
  readonly site: string;
  readonly asOf: UnixSeconds;
  readonly timeZone: string;
  readonly guest: Guest;
  readonly assignment: Assignment;
  /** Absent for a template: nothing is promised to it. */
  readonly assessment?: GuestAssessment;
  readonly tier?: Tier;
  /** Where the tier's points lie. */
  readonly place?: TierPlace;
  /** Guests through which a data VM is kept; the guest itself otherwise. */
  readonly keptThrough: readonly Guest[];
  readonly disks: readonly DiskStory[];
  /** Undefined where the jobs could not be seen. */
  readonly jobs?: { readonly enabled: readonly BackupJob[]; readonly disabled: readonly BackupJob[] };
  /** Newest first. */
  readonly runs: readonly GuestRun[];
  /** Points in other places of the site than the tier's. */
  readonly elsewhere: readonly Elsewhere[];
  readonly next: readonly NextRun[];
  /** Time to read its data back at the assumed rate. */
  readonly restoreSeconds?: number;
  /** Those about the guest, those about the jobs and the storages it is backed up by, and those that touch its whole tier. */
  readonly findings: readonly Finding[];
};

export type DiskStory = {
  readonly disk: Disk;
  /** It keeps state that a point must hold. */
  readonly keepsState: boolean;
  readonly sharedWith: readonly Guest[];
  /** Whether the newest finished point holds it; undefined where there is none, or where the disk needs no place in one. */
  readonly inNewest?: boolean;
  /** Whether the newest point that counts holds it, though it may be left out by now; undefined as above. */
  readonly inNewestUsable?: boolean;
};

export type Elsewhere = {
  readonly server: string;
  readonly datastore: string;
  readonly namespace: string;
  readonly count: number;
  readonly newestAt: UnixSeconds;
};

export type NextRun = { readonly what: 'backup' | 'prune' | 'verify' | 'copy'; readonly id: string; readonly at: UnixSeconds };

/** The whole story of one guest of a site that was assessed. */
export function tellStory(input: AssessInput, { guests, findings }: Assessment, guest: Guest): Story {
  const { policy, site, actual, now } = input;
  const assignment = assign(policy, { site, now }, guest);
  const promised = promisedTier(assignment);
  const tier = policy.tiers.find(({ id }) => id === promised);
  const place = tier && placeOf(site, tier);
  const assessment = guests.find(({ vmid }) => vmid === guest.vmid);
  const neighbours = neighboursOf(actual.pve.guests.known ? actual.pve.guests.value : []);
  const through = keepers(guest, neighbours).map(({ keeper }) => keeper);
  const covering = coveringOf(actual);
  const jobs = covering.known ? merge(through.map((keeper) => covering.jobsOf(keeper))) : undefined;
  const disks = diskStories(guest, assessment, neighbours);
  const sizeBytes = disks.reduce((sum, { disk, keepsState }) => sum + (keepsState ? (disk.sizeBytes ?? 0) : 0), 0);
  const rate = { ...policy.assume, ...tier?.assume }.restoreBytesPerSecond;
  const next = [...(jobs?.enabled ?? []).flatMap((job) => backupRun(input, job)), ...(place ? upkeepRuns(input, place) : [])];
  const touching = new Set(
    [
      ...(jobs ? [...jobs.enabled, ...jobs.disabled] : []).flatMap(({ id, storage }) => [`backup job ${id}`, `storage ${storage}`]),
      ...next.map(({ what, id }) => `${what === 'copy' ? 'sync' : what} job ${id} on PBS ${place?.pbs}`),
    ].map((object) => `${site.name}: ${object}`),
  );
  return {
    site: site.name,
    asOf: actual.asOf,
    timeZone: site.timeZone,
    guest,
    assignment,
    ...(assessment && { assessment }),
    ...(tier && { tier }),
    ...(place && { place }),
    keptThrough: through,
    disks,
    ...(jobs && { jobs }),
    runs: through.flatMap((keeper) => runsOf(actual, keeper.vmid)).toSorted((a, b) => b.task.upid.startedAt - a.task.upid.startedAt),
    elsewhere: elsewhere(input, guest, tier, place),
    next: next.toSorted((a, b) => a.at - b.at),
    ...(guest.configKnown && { restoreSeconds: Math.ceil(sizeBytes / rate) }),
    findings: findings.filter(
      ({ vmid, at, touches }) => vmid === guest.vmid || (vmid === undefined && (touching.has(at) || touches?.includes(promised ?? -1))),
    ),
  };
}

type Jobs = NonNullable<Story['jobs']>;

function merge(lists: readonly Jobs[]): Jobs {
  return {
    enabled: [...new Set(lists.flatMap(({ enabled }) => enabled))],
    disabled: [...new Set(lists.flatMap(({ disabled }) => disabled))],
  };
}

function diskStories(guest: Guest, assessment: GuestAssessment | undefined, neighbours: ReturnType<typeof neighboursOf>): DiskStory[] {
  const state = new Map(stateDisks(guest, neighbours).map((one) => [one.disk.key, one]));
  const own = (assessment?.points ?? []).filter(({ group }) => group === `${guest.type}/${guest.vmid}`);
  const newest = own.find(({ snapshot }) => snapshot.sizeBytes !== undefined);
  const newestUsable = own.find(({ usable }) => usable);
  return guest.disks.map((disk): DiskStory => {
    const kept = state.get(disk.key);
    // One archive holds all mount points of a container, and its name does not say which.
    const told = guest.type === 'vm' || disk.key === 'rootfs';
    const isIn = (point: typeof newest): boolean | undefined =>
      told && kept && point ? kept.archives.some((archive) => point.snapshot.files.includes(archive)) : undefined;
    const [inNewest, inNewestUsable] = [isIn(newest), isIn(newestUsable)];
    return {
      disk,
      keepsState: kept !== undefined,
      sharedWith: kept?.sharedWith ?? [],
      ...(inNewest !== undefined && { inNewest }),
      ...(inNewestUsable !== undefined && { inNewestUsable }),
    };
  });
}

function elsewhere(input: AssessInput, { type, vmid }: Guest, tier: Tier | undefined, own: TierPlace | undefined): Elsewhere[] {
  const { site, actual } = input;
  const copy = tier && copyHere(site, actual, tier, own)?.place;
  const isLed = ledPlaces(input);
  return actual.pbs.flatMap(({ name, namespaces }) =>
    namespaces.flatMap(({ datastore, namespace, groups }): Elsewhere[] => {
      const place = { pbs: name, datastore, namespace };
      const near = isLed(place) || (copy !== undefined && isSame(copy, place));
      if (!groups.known || !near || (own !== undefined && isSame(own, place))) return [];
      const group = groups.value.find((one) => one.type === type && one.id === String(vmid));
      const finished = group?.snapshots.filter(({ sizeBytes }) => sizeBytes !== undefined) ?? [];
      const newest = finished.at(-1);
      return newest ? [{ server: name, datastore, namespace, count: finished.length, newestAt: newest.at }] : [];
    }),
  );
}

/** What PVE says of its next run counts; else the schedule is reckoned in the zone of the site. */
function backupRun({ site, now }: AssessInput, { id, schedule, nextRunAt }: BackupJob): NextRun[] {
  const parsed = parseEvent(schedule.trim());
  const zone = zoneRules(site.timeZone, now, now);
  const at = nextRunAt ?? (parsed.ok && zone ? nextRun(parsed.event, zone, now) : undefined);
  return at === undefined ? [] : [{ what: 'backup', id, at }];
}

function upkeepRuns({ actual }: AssessInput, place: TierPlace): NextRun[] {
  const server = actual.pbs.find(({ name }) => name === place.pbs);
  if (!server) return [];
  const { pruneJobs, verifyJobs, syncJobs } = server;
  const lists = [
    { what: 'prune', jobs: pruneJobs.known ? pruneJobs.value.filter(({ disabled }) => !disabled) : [] },
    { what: 'verify', jobs: verifyJobs.known ? verifyJobs.value : [] },
    { what: 'copy', jobs: syncJobs.known ? syncJobs.value : [] },
  ] as const;
  return lists.flatMap(({ what, jobs }) =>
    jobs
      .filter((job) => job.datastore === place.datastore && reaches(job, place.namespace))
      .flatMap(({ id, nextRunAt }): NextRun[] => (nextRunAt === undefined ? [] : [{ what, id, at: nextRunAt }])),
  );
}
