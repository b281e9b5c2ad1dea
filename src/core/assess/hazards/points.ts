import type { Finding } from '../../finding.ts';
import { spellDuration } from '../../units.ts';
import type { BackupGroup, Guest } from '../../world/actual.ts';
import { groupOf, onGuest, type Hazard, type Surroundings } from './context.ts';

const LEFTOVER_SECONDS = 600;

/** Points of a guest's own group that are corrupt, unread, plain or unfinished. */
export const pointHazards: Hazard = (around) =>
  around.guests.flatMap((guest) => {
    const group = groupOf(around, guest);
    if (!group) return [];
    return [
      ...corrupt(around, guest, group),
      ...verification(around, guest, group),
      ...plain(around, guest, group),
      ...leftover(around, guest, group),
    ];
  });

function corrupt(around: Surroundings, guest: Guest, { snapshots }: BackupGroup): Finding[] {
  const bad = snapshots.filter(({ verification }) => verification?.state === 'failed');
  if (bad.length === 0) return [];
  return [
    onGuest(around, guest, {
      severity: 'error',
      code: 'HF-CORRUPT',
      problem: `${bad.length} of its ${snapshots.length} points failed verification${bad.includes(snapshots.at(-1)!) ? ', the newest among them' : ''}`,
      why: 'it cannot be restored from them, and a verify job ends OK over a snapshot it already knows to be corrupt',
      fix: `back it up again, which may bring the lost chunks back, then verify with ignore-verified off:\n    vzdump ${guest.vmid} --storage pbs-tier-${around.tierOf(guest.vmid)?.id}`,
    }),
  ];
}

function verification(around: Surroundings, guest: Guest, { snapshots }: BackupGroup): Finding[] {
  const tier = around.tierOf(guest.vmid)!;
  const { verify } = tier;
  if (!verify) return [];
  const inherited = snapshots.filter(({ at, verification }) => verification?.state === 'ok' && verification.at < at);
  const told: Finding[] = [];
  if (inherited.length > 0) {
    told.push(
      onGuest(around, guest, {
        code: 'HF-VERIFY-INHERITED',
        problem: `The verification of ${inherited.length} of its points is older than the points themselves: it came along from elsewhere`,
        why: 'no task of this server has read them since they arrived',
        fix: `let this server read them: run the verify job hf-tier-${tier.id} with ignore-verified off`,
      }),
    );
  }
  const old = snapshots.filter(
    ({ at, verification }) => verification?.state === 'ok' && verification.at >= at && around.now - verification.at > verify.everySeconds,
  );
  const oldest = Math.min(...old.map((snapshot) => snapshot.verification!.at));
  if (old.length > 0) {
    told.push(
      onGuest(around, guest, {
        code: 'HF-VERIFY-OLD',
        problem: `${old.length} of its points were last verified up to ${spellDuration(around.now - oldest)} ago; promised is every ${spellDuration(verify.everySeconds)}`,
        why: 'disks rot silently: what was readable then need not be now',
        fix: `run verify job hf-tier-${tier.id}, and see why it does not keep up:\n    holdfast plan`,
      }),
    );
  }
  return told;
}

function plain(around: Surroundings, guest: Guest, { snapshots }: BackupGroup): Finding[] {
  const tier = around.tierOf(guest.vmid)!;
  if (!tier.encryption) return [];
  const open = snapshots.filter(({ encryption, sizeBytes }) => sizeBytes !== undefined && encryption !== 'encrypted');
  if (open.length === 0) return [];
  return [
    onGuest(around, guest, {
      severity: 'error',
      code: 'HF-UNENCRYPTED',
      problem: `${open.length} of its ${snapshots.length} points are not encrypted; tier ${tier.id} promises that they are`,
      why: 'whoever reads the datastore reads the guest',
      fix: 'new points are encrypted once the storage has a key; remove the plain ones by hand when they are no longer needed:\n    holdfast plan',
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
