import type { Finding } from '../../finding.ts';
import { proveRto } from '../../retention/rto.ts';
import { isOurs } from '../../desired/mark.ts';
import { suspensionOf } from '../../pressure/suspension.ts';
import type { BackupJob, Guest } from '../../world/actual.ts';
import { hiddenRows } from '../blind.ts';
import { leadsTo, serverOf } from '../leads.ts';
import { stateDisks } from '../state-disks.ts';
import { onGuest, onObject, type Hazard, type Surroundings } from './context.ts';

/** What is wrong with a guest as it is set up: no job, two jobs, a lock, no agent, too big for its RTO. */
export const guestHazards: Hazard = (around) =>
  around.guests.flatMap((guest) => {
    if (!around.tierOf(guest.vmid)) return [];
    return [...jobs(around, guest), ...lock(around, guest), ...freeze(around, guest), ...rto(around, guest), ...binds(around, guest)];
  });

function jobs(around: Surroundings, guest: Guest) {
  const { covering } = around;
  if (!covering.known || keptByOthers(around, guest)) return [];
  const { enabled, disabled } = covering.jobsOf(guest);
  // That of a suspended job is told once for its tier.
  if (enabled.length === 0 && disabled.some(suspensionOf)) return [];
  if (enabled.length === 0 && !covering.hidden) {
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
  return enabled.length > 0 ? elsewhere(around, guest, enabled) : [];
}

/** A job that saves a guest anywhere but where its tier's points are kept keeps no promise. Where the pool is another tier's, that is told. */
function elsewhere(around: Surroundings, guest: Guest, enabled: readonly BackupJob[]): Finding[] {
  const { site, storages, tiers, actual } = around;
  const tier = around.tierOf(guest.vmid);
  const place = tier && tiers.get(tier.id)?.place;
  const wrongPool = [...tiers.values()].some((other) => other.tier.pool === guest.pool && other.tier.id !== tier?.id);
  if (!place || wrongPool || hiddenRows(actual.pve.storages)) return [];
  const leads = enabled.some(({ storage: named = '' }) => {
    const storage = storages.get(named);
    return storage !== undefined && leadsTo(site, storage, place);
  });
  if (leads) return [];
  const jobs = enabled.map(({ id, storage }) => `${id} (${storage ?? 'no storage'})`).join(', ');
  return [
    onGuest(around, guest, {
      severity: 'error',
      code: 'HF-JOB-ELSEWHERE',
      problem: `It is backed up by ${jobs}, and none of them leads to ${place.datastore}:${place.namespace} on PBS ${place.pbs}, where tier ${tier.id} keeps its points`,
      why: 'what is saved elsewhere is pruned, read and copied by other rules than those of its tier, if by any',
      fix: 'put it into its tier’s pool and job:\n    holdfast plan\n    holdfast apply',
    }),
  ];
}

/** Two jobs that write into one group: one finding a pair, however many guests they share. */
export const sharedGroupHazards: Hazard = (around) => {
  const { covering } = around;
  if (!covering.known) return [];
  const guestsByJobs = new Map<string, { readonly jobs: readonly BackupJob[]; readonly guests: Guest[] }>();
  for (const guest of around.guests) {
    if (!around.tierOf(guest.vmid)) continue;
    for (const jobs of sameTarget(around, covering.jobsOf(guest).enabled)) {
      const key = jobs.map(({ id }) => id).join(' ');
      const shared = guestsByJobs.get(key) ?? { jobs, guests: [] };
      shared.guests.push(guest);
      guestsByJobs.set(key, shared);
    }
  }
  return [...guestsByJobs.values()].map(({ jobs, guests }) => {
    const second = jobs.find((job) => !isOurs(job.id, job.comment)) ?? jobs.at(-1)!;
    const others = jobs.filter((job) => job !== second).map(({ id }) => id);
    return onObject(around, `backup job ${second.id}`, {
      code: 'HF-TWO-JOBS',
      problem: `It writes into the backup ${guests.length === 1 ? 'group' : 'groups'} of ${spellGuests(guests)}, and so does ${others.join(', ')}`,
      why: 'retention counts the points of both jobs together, so points of the promised schedule go earlier than was proved',
      fix: `disable it, or give it another storage:\n    pvesh set /cluster/backup/${second.id} --enabled 0`,
    });
  });
};

function sameTarget({ site, storages }: Surroundings, jobs: readonly BackupJob[]): BackupJob[][] {
  if (jobs.length < 2) return [];
  const byPlace = Map.groupBy(jobs, ({ storage: id = '' }) => {
    const storage = storages.get(id);
    const pbs = storage?.pbs;
    return pbs ? `${serverOf(site, storage) ?? `${pbs.server}:${pbs.port}`} ${pbs.datastore}/${pbs.namespace}` : '';
  });
  return [...byPlace].filter(([place, list]) => place !== '' && list.length > 1).map(([, list]) => list);
}

const MOST_NAMED = 5;

function spellGuests(guests: readonly Guest[]): string {
  const names = guests.slice(0, MOST_NAMED).map(({ type, vmid }) => `${type}/${vmid}`);
  return names.join(', ') + (guests.length > MOST_NAMED ? ` and ${guests.length - MOST_NAMED} more guests` : '');
}

/** A data VM whose disks others use is kept through them and belongs in no job. */
function keptByOthers({ neighbours }: Surroundings, guest: Guest): boolean {
  const disks = stateDisks(guest, neighbours);
  return !guest.running && disks.length > 0 && disks.every(({ sharedWith }) => sharedWith.length > 0);
}

function lock(around: Surroundings, guest: Guest) {
  if (guest.lock === undefined || (guest.lock === 'backup' && around.busy) || guest.lock === 'suspended') return [];
  const error = around.lastRuns.get(guest.vmid)?.error;
  const failed = error !== undefined && error.includes('is locked');
  return [
    onGuest(around, guest, {
      severity: failed ? 'error' : 'warning',
      code: 'HF-LOCKED',
      problem: `It is locked (${guest.lock})${failed ? `, and its last backup failed of it: ${error}` : ''}`,
      why: `each of its backups fails while it is; a task takes its lock away when it ends, and what broke off leaves it for ever`,
      fix: `when nothing works on it any more:\n    ${guest.type === 'vm' ? 'qm' : 'pct'} unlock ${guest.vmid}`,
    }),
  ];
}

/** What lies on the host, and not in the container: worth knowing, for it is where people often keep what matters. */
function binds(around: Surroundings, guest: Guest) {
  const outside = guest.type === 'ct' ? guest.disks.filter(({ kind }) => kind === 'bind' || kind === 'device') : [];
  if (outside.length === 0) return [];
  return [
    onGuest(around, guest, {
      severity: 'info',
      code: 'HF-BIND-MOUNT',
      problem: `It uses ${outside.map(({ key, volume }) => `${key} (${volume})`).join(', ')} of its node, which no backup of a guest ever takes`,
      why: 'whatever it keeps there is not in its recovery points',
      fix: `save what lies there by itself, on the node:\n    proxmox-backup-client backup ${outside.map(({ key, volume }) => `${key}.pxar:${volume}`).join(' ')}`,
    }),
  ];
}

function freeze(around: Surroundings, guest: Guest) {
  const tier = around.tierOf(guest.vmid);
  if (guest.type !== 'vm' || tier?.consistency !== 'filesystem' || !guest.configKnown || keptByOthers(around, guest)) return [];
  // What is switched off, or is switched off for the backup, needs nobody to freeze it.
  if (!guest.running || tier.mode === 'stop') return [];
  if (!guest.agent.configured || !guest.agent.freeze) {
    return [
      onGuest(around, guest, {
        code: 'HF-AGENT-MISSING',
        problem: `Tier ${tier.id} promises file systems that agree with themselves, and ${guest.agent.configured ? 'the freeze is switched off' : 'no guest agent is configured'}`,
        why: 'its backups are like a power cut: a database may need repair after a restore',
        fix: guest.agent.configured
          ? `switch it on:\n    qm set ${guest.vmid} --agent enabled=1,freeze-fs-on-backup=1`
          : `install the agent in the guest, then:\n    qm set ${guest.vmid} --agent enabled=1`,
      }),
    ];
  }
  const last = around.lastGoodRuns.get(guest.vmid)?.freeze;
  if (last === undefined || last === 'done') return [];
  return [
    onGuest(around, guest, {
      code: 'HF-FREEZE-SKIPPED',
      problem: `Its last backup did not freeze the file systems: ${last}`,
      why: 'the backup is a success, and like a power cut to what was writing',
      fix:
        tier.mode === 'suspend'
          ? `back tier ${tier.id} up in another mode, for suspend always skips the freeze:\n    mode: snapshot`
          : 'start the agent in the guest:\n    systemctl enable --now qemu-guest-agent',
    }),
  ];
}

/** One rule for what a policy or a person asks before, and for what is there. */
function rto(around: Surroundings, guest: Guest): Finding[] {
  const tier = around.tierOf(guest.vmid)!;
  const here = around.tiers.get(tier.id);
  if (!here || !guest.configKnown || keptByOthers(around, guest)) return [];
  // A disk of the host has no size in the configuration, and nobody could mend that.
  const disks = stateDisks(guest, around.neighbours).filter(({ disk }) => disk.kind !== 'device');
  const sizes = disks.map(({ disk }) => disk.sizeBytes);
  const known = sizes.filter((size) => size !== undefined);
  const sizeBytes = known.reduce((sum, size) => sum + size, 0);
  const size = { site: around.site.name, vmid: guest.vmid, name: guest.name, ...(known.length === sizes.length && { sizeBytes }) };
  const finding = proveRto(tier, size, { bytesPerSecond: here.assume.restoreBytesPerSecond, measured: false });
  if (!finding) return [];
  const rescan = `let PVE write the sizes into the configuration:\n    ${guest.type === 'vm' ? 'qm disk' : 'pct'} rescan --vmid ${guest.vmid}`;
  return [{ ...finding, at: onGuest(around, guest, finding).at, ...(size.sizeBytes === undefined && { fix: rescan }) }];
}
