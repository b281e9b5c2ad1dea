import type { Finding } from '../../finding.ts';
import { spellDuration, spellSize } from '../../units.ts';
import type { Datastore, PbsActual } from '../../world/actual.ts';
import { sameZone } from '../../world/same-zone.ts';
import { listOf, onObject, storagesOf, type Hazard, type Surroundings } from './context.ts';

const CLOCK_TOLERANCE_SECONDS = 60;
const FULL = 0.95;
const NEARLY_FULL = 0.85;

/** Zones and clocks that differ, datastores that fill up or stand still, keys that lie inside what they protect. */
export const serverHazards: Hazard = (around) => [
  ...clocks(around),
  ...around.actual.pbs.flatMap((server) => datastores(around, server)),
  ...keys(around),
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
  return listOf(server.datastores).flatMap((store) => [
    ...fullness(around, server, store),
    ...collection(around, server, store),
    ...maintenance(around, server, store),
  ]);
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
  // A configuration that could not be read has no schedule either, and that is told as unseen.
  if (gcSchedule === undefined && !(server.datastores.known && server.datastores.complete)) return [];
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

/** While a datastore a tier lies in is set aside, each of its backups fails. */
function maintenance(around: Surroundings, server: PbsActual, { name, maintenance: mode }: Datastore): Finding[] {
  const tiers = [...around.tiers.values()].filter(({ place }) => place?.pbs === server.name && place.datastore === name);
  if (mode === undefined || tiers.length === 0) return [];
  return [
    onObject(around, `datastore ${name} on PBS ${server.name}`, {
      severity: 'error',
      code: 'HF-MAINTENANCE',
      problem: `It is set aside for maintenance: ${mode}`,
      why: 'until that is lifted, no backup and no collection of garbage gets in',
      fix: `when the work is done:\n    proxmox-backup-manager datastore update ${name} --delete maintenance-mode`,
      touches: tiers.map(({ tier }) => tier.id),
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
