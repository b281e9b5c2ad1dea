import type { Finding } from '../../finding.ts';
import { spellDuration } from '../../units.ts';
import type { BackupGroup, Guest } from '../../world/actual.ts';
import type { TierPlace } from '../../desired/place.ts';
import { reaches } from '../../world/namespace.ts';
import { isInherited } from '../evidence.ts';
import type { TierHere } from '../tier-here.ts';
import { pbsCall } from './commands.ts';
import { groupOf, onGuest, storagesOf, type Hazard, type Surroundings } from './context.ts';

const LEFTOVER_SECONDS = 600;

type Own = { readonly guest: Guest; readonly group: BackupGroup; readonly here: TierHere; readonly place: TierPlace };

/** Points of a guest's own group that are corrupt, unread, plain or unfinished. */
export const pointHazards: Hazard = (around) =>
  around.guests.flatMap((guest) => {
    const group = groupOf(around, guest);
    const here = around.tiers.get(around.tierOf(guest.vmid)?.id ?? -1);
    if (!group || !here?.place) return [];
    const own = { guest, group, here, place: here.place };
    return [...corrupt(around, own), ...verification(around, own), ...plain(around, own), ...leftover(around, guest, group)];
  });

function corrupt(around: Surroundings, own: Own): Finding[] {
  const { guest, group, here } = own;
  const { snapshots } = group;
  const bad = snapshots.filter(({ verification }) => verification?.state === 'failed');
  if (bad.length === 0) return [];
  const storage = storagesOf(around, here)[0]?.id ?? `pbs-tier-${here.tier.id}`;
  return [
    onGuest(around, guest, {
      severity: 'error',
      code: 'HF-CORRUPT',
      problem: `${bad.length} of its ${snapshots.length} points failed verification${bad.includes(snapshots.at(-1)!) ? ', the newest among them' : ''}`,
      why: 'it cannot be restored from them, and a verify job ends OK over a snapshot it already knows to be corrupt',
      fix: `back it up again on its node, which may bring the lost chunks back, then read all its points again on the PBS:\n    vzdump ${guest.vmid} --storage ${storage}\n    ${readAgain(own)}${fromCopy(own)}`,
    }),
  ];
}

/**
 * How a tier's copy brings damaged points back, where it is pushed to a remote that this PBS knows: a pull fetches again what failed verification here.
 * @see https://pbs.proxmox.com/docs/managing-remotes.html#sync-jobs
 */
function fromCopy({ group, here: { tier }, place }: Own): string {
  const { offsite } = tier;
  if (!offsite) return '';
  if (offsite.direction === 'pull') return `\nwhere that does not help, bring them back from the copy on PBS ${offsite.remote}`;
  const from = `${offsite.remote} ${offsite.datastore ?? place.datastore} ${place.datastore}`;
  const spaces = `--remote-ns '${offsite.namespace ?? place.namespace}' --ns '${place.namespace}' --max-depth 0`;
  const pull = `proxmox-backup-manager pull ${from} ${spaces} --group-filter group:${group.type}/${group.id} --resync-corrupt true`;
  return `\nwhere that does not help, fetch them from the copy, on the PBS:\n    ${pull}`;
}

/** A verify job skips what it believes to be verified; asked for one group without that, the server reads everything in it. */
function readAgain({ group, place }: Own): string {
  return pbsCall('create', 'verify', { ...place, group }, { 'ignore-verified': 'false' });
}

function verification(around: Surroundings, own: Own): Finding[] {
  const { guest, group, here, place } = own;
  const { verify } = here.tier;
  if (!verify) return [];
  const good = group.snapshots.filter((snapshot) => snapshot.verification?.state === 'ok');
  const inherited = good.filter((snapshot) => isInherited(snapshot, here.ownNodes));
  const told: Finding[] = [];
  if (inherited.length > 0) {
    told.push(
      onGuest(around, guest, {
        code: 'HF-VERIFY-INHERITED',
        problem: `The verification of ${inherited.length} of its points came along from elsewhere: it is older than they are here, or another server's`,
        why: 'no task of this server has read them since they arrived',
        fix: `let this server read them, on the PBS:\n    ${readAgain(own)}`,
      }),
    );
  }
  const old = good.filter(
    (snapshot) => !inherited.includes(snapshot) && around.now - (snapshot.verification?.at ?? 0) > verify.everySeconds,
  );
  if (old.length > 0) {
    const oldest = old.reduce((at, snapshot) => Math.min(at, snapshot.verification?.at ?? at), Infinity);
    const jobs = around.actual.pbs.find(({ name }) => name === place.pbs)?.verifyJobs;
    const job = jobs?.known ? jobs.value.find((one) => one.datastore === place.datastore && reaches(one, place.namespace)) : undefined;
    told.push(
      onGuest(around, guest, {
        code: 'HF-VERIFY-OLD',
        problem: `${old.length} of its points were last verified up to ${spellDuration(around.now - oldest)} ago; promised is every ${spellDuration(verify.everySeconds)}`,
        why: 'disks rot silently: what was readable then need not be now',
        fix: job
          ? `run the job that reads them, on the PBS, and see in its log why it does not keep up:\n    proxmox-backup-manager verify-job run ${job.id}`
          : 'let Holdfast make a job that reads them:\n    holdfast plan\n    holdfast apply',
      }),
    );
  }
  return told;
}

function plain(around: Surroundings, { guest, group, here, place }: Own): Finding[] {
  const { tier } = here;
  if (!tier.encryption) return [];
  const open = group.snapshots.filter(({ encryption, sizeBytes }) => sizeBytes !== undefined && encryption !== 'encrypted');
  const [first] = open;
  if (!first) return [];
  const keyed = storagesOf(around, here).some(({ pbs }) => pbs?.encryptionKey !== undefined);
  return [
    onGuest(around, guest, {
      severity: 'error',
      code: 'HF-UNENCRYPTED',
      problem: `${open.length} of its ${group.snapshots.length} points are not encrypted; tier ${tier.id} promises that they are`,
      why: 'whoever reads the datastore reads the guest',
      fix: keyed
        ? `new points are encrypted, for the storage has a key; remove the plain ones by hand on the PBS when nobody needs them:\n    ${pbsCall('delete', 'snapshots', { ...place, group }, { 'backup-time': first.at })}`
        : 'give the storage a key, so that new points are encrypted:\n    holdfast plan\n    holdfast apply',
    }),
  ];
}

function leftover(around: Surroundings, guest: Guest, { snapshots }: BackupGroup): Finding[] {
  const left = snapshots.filter(({ at, sizeBytes }) => sizeBytes === undefined && around.now - at > LEFTOVER_SECONDS);
  if (left.length === 0 || around.busy) return [];
  return [
    onGuest(around, guest, {
      code: 'HF-LEFTOVER',
      problem: `${left.length} of its ${snapshots.length} snapshots never finished, and no backup is running`,
      why: 'lists of PBS count it as the newest backup, though nothing can be restored from it',
      fix: 'it goes with the next prune after a good backup; see why the backup broke off:\n    holdfast explain ' + guest.vmid,
    }),
  ];
}
