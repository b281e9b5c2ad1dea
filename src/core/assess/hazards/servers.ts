import type { Finding } from '../../finding.ts';
import { spellDuration, spellSize } from '../../units.ts';
import type { Datastore, Guest, PbsActual } from '../../world/actual.ts';
import { sameZone } from '../../world/same-zone.ts';
import { inAYear } from '../../policy/last-day.ts';
import { listOf, onGuest, onObject, storagesOf, type Hazard, type Surroundings } from './context.ts';

const CLOCK_TOLERANCE_SECONDS = 60;
const FULL = 0.95;
const NEARLY_FULL = 0.85;

/** Zones and clocks that differ, datastores that fill up, keys and servers that lie inside what they protect. */
export const serverHazards: Hazard = (around) => [
  ...clocks(around),
  ...around.actual.pbs.flatMap((server) => datastores(around, server)),
  ...keys(around),
  ...inside(around),
];

function clocks(around: Surroundings): Finding[] {
  const { site, actual } = around;
  const nodes = listOf(actual.pve.nodes).map(({ name, timeZone, clockAheadSeconds }) => ({
    object: `node ${name}`,
    timeZone,
    clockAheadSeconds,
  }));
  const servers = actual.pbs.flatMap(({ name, node }) => (node.known ? [{ object: `PBS ${name}`, ...node.value }] : []));
  return [...nodes, ...servers].flatMap(({ object, timeZone, clockAheadSeconds }) => {
    const told: Finding[] = [];
    if (timeZone !== undefined && !sameZone(timeZone, site.timeZone)) {
      told.push(
        onObject(around, object, {
          code: 'HF-ZONE-DIFFERS',
          problem: `It runs in zone ${timeZone}; the policy says ${site.timeZone}`,
          why: 'its schedules and the days that retention counts are an hour or more away from what was proved',
          fix: `set one zone everywhere, or write the true one into the policy:\n    timedatectl set-timezone ${site.timeZone}`,
        }),
      );
    }
    if (clockAheadSeconds !== undefined && Math.abs(clockAheadSeconds) > CLOCK_TOLERANCE_SECONDS) {
      const how = `${spellDuration(Math.abs(clockAheadSeconds))} ${clockAheadSeconds > 0 ? 'ahead' : 'behind'}`;
      told.push(
        onObject(around, object, {
          code: 'HF-CLOCK-DIFFERS',
          problem: `Its clock is ${how}`,
          why: 'points carry wrong times, and PBS refuses a backup that seems older than the last',
          fix: 'see why it does not keep time:\n    chronyc tracking',
        }),
      );
    }
    return told;
  });
}

function datastores(around: Surroundings, server: PbsActual): Finding[] {
  return listOf(server.datastores).flatMap((store) => [...fullness(around, server, store), ...collection(around, server, store)]);
}

function fullness(around: Surroundings, server: PbsActual, { name, usage }: Datastore): Finding[] {
  if (!usage || usage.totalBytes === 0) return [];
  const share = usage.usedBytes / usage.totalBytes;
  if (share < NEARLY_FULL) return [];
  const percent = `${Math.floor(share * 100)} %`;
  return [
    onObject(around, `datastore ${name} on PBS ${server.name}`, {
      severity: share >= FULL ? 'error' : 'warning',
      code: 'HF-DATASTORE-FULL',
      problem: `It is ${percent} full: ${spellSize(usage.availableBytes)} of ${spellSize(usage.totalBytes)} are left`,
      why: 'when it is full, backups fail; what a prune removes is free only after a garbage collection more than a day later',
      fix: `give it room, or see what takes it:\n    proxmox-backup-manager garbage-collection status ${name}`,
    }),
  ];
}

/** Only of datastores a tier lies in: others may be collected by hand. */
function collection(around: Surroundings, server: PbsActual, { name, gcSchedule, gc }: Datastore): Finding[] {
  if (![...around.tiers.values()].some(({ place }) => place?.pbs === server.name && place.datastore === name)) return [];
  const object = `datastore ${name} on PBS ${server.name}`;
  if (gcSchedule === undefined) {
    return [
      onObject(around, object, {
        code: 'HF-NO-COLLECTION',
        problem: 'It has no garbage collection schedule',
        why: 'what a prune removes takes its space for ever, until backups fail',
        fix: `give it one:\n    proxmox-backup-manager datastore update ${name} --gc-schedule 'sat 12:00'`,
      }),
    ];
  }
  if (gc?.lastRunState === undefined || gc.lastRunState === 'OK' || gc.lastRunState.startsWith('WARNINGS')) return [];
  return [
    onObject(around, object, {
      severity: 'error',
      code: 'HF-COLLECTION-FAILED',
      problem: `Its last garbage collection ended "${gc.lastRunState}"`,
      why: 'space is not freed, until backups fail',
      fix: `read the task's log, then run it again:\n    proxmox-backup-manager garbage-collection start ${name}`,
    }),
  ];
}

/** The flag says that PVE holds a key, and nobody can see from here whether a copy of it exists. */
function keys(around: Surroundings): Finding[] {
  const keyed = new Set(
    [...around.tiers.values()].flatMap((here) => storagesOf(around, here)).filter(({ pbs }) => pbs?.encryptionKey !== undefined),
  );
  return [...keyed].map((storage) =>
    onObject(around, `storage ${storage.id}`, {
      code: 'HF-KEY-INSIDE',
      problem: 'Its encryption key lies on the PVE nodes, and no copy of it can be seen from here',
      why: 'when the nodes are lost, nothing that was encrypted with it can be read again',
      fix: `print the key, keep the paper elsewhere, then say so in the policy under "exceptions":\n    proxmox-backup-client key paperkey /etc/pve/priv/storage/${storage.id}.enc`,
    }),
  );
}

const PBS_NAME = /(?:^|[-_.\s])(?:pbs|proxmox-backup(?:-server)?)(?:$|[-_.\s\d])/i;

/** A guest that seems to be the PBS of its own site: by the host name the policy has for it, or by its name and notes. */
function inside(around: Surroundings): Finding[] {
  const { covering } = around;
  return around.guests.flatMap((guest): Finding[] => {
    const told: Finding[] = [];
    if (!isPbs(around, guest) || keptThroughOthers(around, guest)) return told;
    if (covering.known && covering.jobsOf(guest).enabled.length > 0) {
      told.push(
        onGuest(around, guest, {
          code: 'HF-PBS-INSIDE',
          problem: 'It seems to be the PBS of this site, and a job backs it up into itself',
          why: 'while it is frozen for the backup it shall store that backup; and when it is lost, so is its backup',
          fix:
            'take it out of the jobs and keep its configuration elsewhere; say so in the policy under "assign":\n' +
            `    - { tier: none, guests: [${guest.vmid}], reason: "restored from its own configuration", until: ${inAYear(around.site, around.now)} }`,
        }),
      );
    }
    const shared = sharedGround(around, guest);
    if (shared) told.push(sameGround(around, guest, shared));
    return told;
  });
}

function isPbs({ site }: Surroundings, guest: Guest): boolean {
  const hosts = [
    ...site.pbs.flatMap(({ urls }) => urls.map((url) => /^https:\/\/([^:/]+)/.exec(url)?.[1] ?? '')),
    site.storages?.server ?? '',
  ];
  const name = guest.name.toLowerCase();
  const [label] = name.split('.');
  if (hosts.some((host) => host !== '' && !/^[\d.]+$/.test(host) && (host === name || host.split('.')[0] === label))) return true;
  return PBS_NAME.test(guest.name) || /proxmox backup server/i.test(guest.notes);
}

/** Its data VM is named after it and is no server. */
function keptThroughOthers({ neighbours }: Surroundings, guest: Guest): boolean {
  return !guest.running && guest.disks.some((disk) => (neighbours.get(disk.volume)?.length ?? 0) > 1);
}

/** The storage that holds both the largest disk of the PBS and disks of guests that are backed up to it. */
function sharedGround(around: Surroundings, guest: Guest): string | undefined {
  const largest = guest.disks
    .filter(({ kind }) => kind === 'disk' || kind === 'mount')
    .toSorted((a, b) => (b.sizeBytes ?? 0) - (a.sizeBytes ?? 0))[0];
  const storage = largest?.storage;
  if (storage === undefined) return undefined;
  const others = around.guests.some(
    (other) => other.vmid !== guest.vmid && around.tierOf(other.vmid) !== undefined && other.disks.some((disk) => disk.storage === storage),
  );
  return others ? storage : undefined;
}

function sameGround(around: Surroundings, guest: Guest, storage: string): Finding {
  const remote = around.actual.pbs.flatMap(({ remotes }) => listOf(remotes))[0]?.name ?? 'vault';
  return onGuest(around, guest, {
    code: 'HF-ONE-GROUND',
    problem: `It seems to be the PBS of this site, and its largest disk lies on storage ${storage}, with the disks of the guests it keeps`,
    why: 'one broken pool takes the guests and their backups at the same time',
    fix: `put the datastore on other disks, better in another host; or promise a copy at another place, in the tiers that matter:\n    offsite: { remote: ${remote}, within: 2d }`,
  });
}
