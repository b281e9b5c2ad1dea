import { coverageOf, isCovered, takes } from '../../plan/coverage.ts';
import { spellDuration, spellRate, spellSize } from '../../units.ts';
import type { BackupTask, Guest } from '../../world/actual.ts';
import { stateDisks } from '../state-disks.ts';
import { groupOf, listOf, onGuest, type Hazard, type Surroundings } from './context.ts';

/** What is wrong with a guest as it is set up: no job, two jobs, a lock, no agent, too big for its RTO. */
export const guestHazards: Hazard = (around) =>
  around.guests.flatMap((guest) => {
    if (!around.tierOf(guest.vmid)) return [];
    return [...jobs(around, guest), ...lock(around, guest), ...freeze(around, guest), ...rto(around, guest)];
  });

function jobs(around: Surroundings, guest: Guest) {
  const coverage = coverageOf(around.actual);
  if (!coverage || keptByOthers(around, guest)) return [];
  const writers = around.jobs.filter((job) => takes(job, guest, coverage));
  if (!isCovered(coverage, guest)) {
    const disabled = around.jobs.filter((job) => !job.enabled && takes({ ...job, enabled: true }, guest, coverage));
    const but = disabled.length > 0 ? `; ${disabled.map(({ id }) => id).join(', ')} names it and is disabled` : '';
    return [
      onGuest(around, guest, {
        severity: 'error',
        code: 'HF-NO-JOB',
        problem: `No enabled backup job takes it${but}`,
        why: 'it is never backed up, and PVE’s own list of guests without backup may leave it out',
        fix: 'put it into its tier’s pool and job:\n    holdfast plan\n    holdfast apply',
      }),
    ];
  }
  const places = new Map<string, string[]>();
  for (const job of writers) {
    const pbs = around.storages.get(job.storage ?? '')?.pbs;
    if (!pbs) continue;
    const place = `${pbs.server}:${pbs.port} ${pbs.datastore}/${pbs.namespace}`;
    places.set(place, [...(places.get(place) ?? []), job.id]);
  }
  return [...places]
    .filter(([, ids]) => ids.length > 1)
    .map(([, ids]) =>
      onGuest(around, guest, {
        code: 'HF-TWO-JOBS',
        problem: `Jobs ${ids.join(' and ')} write into one backup group of it`,
        why: 'retention counts both jobs’ points together, so points of the promised schedule go earlier than was proved',
        fix: `keep one of them: take the guest out of ${ids.find((id) => !id.startsWith('hf-')) ?? ids[1]}`,
      }),
    );
}

/** A data VM whose disks others use is kept through them and belongs in no job. */
function keptByOthers({ neighbours }: Surroundings, guest: Guest): boolean {
  const disks = stateDisks(guest, neighbours);
  return !guest.running && disks.length > 0 && disks.every(({ sharedWith }) => sharedWith.length > 0);
}

function lock(around: Surroundings, guest: Guest) {
  const busy = listOf(around.actual.pve.backupTasks).some(({ endedAt, status }) => endedAt === undefined && status === undefined);
  if (guest.lock === undefined || (guest.lock === 'backup' && busy) || guest.lock === 'suspended') return [];
  return [
    onGuest(around, guest, {
      severity: 'error',
      code: 'HF-LOCKED',
      problem: `It is locked (${guest.lock}) and no task of that kind is running`,
      why: `each of its backups fails with "is locked (${guest.lock})" until somebody lifts the lock`,
      fix: `when nothing works on it any more:\n    ${guest.type === 'vm' ? 'qm' : 'pct'} unlock ${guest.vmid}`,
    }),
  ];
}

function freeze(around: Surroundings, guest: Guest) {
  const tier = around.tierOf(guest.vmid);
  if (guest.type !== 'vm' || tier?.consistency !== 'filesystem' || !guest.configKnown || keptByOthers(around, guest)) return [];
  if (!guest.agent.configured || !guest.agent.freeze) {
    return [
      onGuest(around, guest, {
        code: 'HF-AGENT-MISSING',
        problem: `Tier ${tier.id} promises file systems that agree with themselves, and ${guest.agent.configured ? 'the freeze is switched off' : 'no guest agent is configured'}`,
        why: 'its backups are like a power cut: a database may need repair after a restore',
        fix: `install the agent in the guest, then:\n    qm set ${guest.vmid} --agent enabled=1`,
      }),
    ];
  }
  const last = lastFreeze(listOf(around.actual.pve.backupTasks), guest.vmid);
  if (last === undefined || last === 'done') return [];
  return [
    onGuest(around, guest, {
      code: 'HF-FREEZE-SKIPPED',
      problem: `Its last backup did not freeze the file systems: ${last}`,
      why: 'the backup is a success, and like a power cut to what was writing',
      fix: 'start the agent in the guest (and do not use mode suspend, which always skips the freeze):\n    systemctl enable --now qemu-guest-agent',
    }),
  ];
}

/** What the newest log that has the guest says of its freeze; undefined where none says anything. */
function lastFreeze(tasks: readonly BackupTask[], vmid: number): string | undefined {
  for (const { log } of tasks) {
    const found = log?.guests.find((guest) => guest.vmid === vmid && guest.freeze !== undefined);
    if (found) return found.freeze;
  }
  return undefined;
}

function rto(around: Surroundings, guest: Guest) {
  const tier = around.tierOf(guest.vmid)!;
  const here = around.tiers.get(tier.id);
  if (!here || keptByOthers(around, guest)) return [];
  const sizeBytes = stateDisks(guest, around.neighbours).reduce((sum, { disk }) => sum + (disk.sizeBytes ?? 0), 0);
  const rate = here.assume.restoreBytesPerSecond;
  const seconds = sizeBytes / rate;
  if (seconds <= tier.rtoSeconds) return [];
  return [
    onGuest(around, guest, {
      severity: 'error',
      code: 'HF-RTO-SIZE',
      problem: `Its ${spellSize(sizeBytes)} take ${spellDuration(seconds)} to restore at ${spellRate(rate)}; the RTO is ${spellDuration(tier.rtoSeconds)}`,
      why: 'on the day it is needed, it is not back in time',
      fix: `restore faster (and say so in "assume: restoreRate"), make the guest smaller, or promise what is true:\n    rto: ${Math.ceil(seconds / 3600)}h`,
    }),
  ];
}

/** Points that are not what they seem: another guest's, another owner's. */
export const identityHazards: Hazard = (around) =>
  around.guests.flatMap((guest) => {
    const group = groupOf(around, guest);
    const tier = around.tierOf(guest.vmid);
    if (!group || !tier) return [];
    const findings = [];
    const { createdAt } = guest;
    const foreign = createdAt === undefined ? [] : group.snapshots.filter(({ at }) => at < createdAt);
    if (foreign.length > 0) {
      findings.push(
        onGuest(around, guest, {
          code: 'HF-VMID-REUSED',
          problem: `${foreign.length} of its ${group.snapshots.length} points are older than the guest: they are those of another one that had its id`,
          why: 'retention counts both together, and a restore by id may bring back the wrong machine',
          fix: 'move the old points to a namespace of their own, or remove them by hand when nobody needs them',
        }),
      );
    }
    const storage = around.storages.get(`pbs-tier-${tier.id}`);
    if (storage?.pbs && group.owner !== storage.pbs.username) {
      findings.push(
        onGuest(around, guest, {
          severity: 'error',
          code: 'HF-OWNER',
          problem: `Its backup group belongs to ${group.owner}; storage ${storage.id} logs in as ${storage.pbs.username}`,
          why: 'PBS refuses each of its backups with "backup owner check failed"',
          fix: `give the group to the login that writes to it:\n    proxmox-backup-client change-owner ${group.type}/${group.id} '${storage.pbs.username}' --ns ${storage.pbs.namespace}`,
        }),
      );
    }
    return findings;
  });
