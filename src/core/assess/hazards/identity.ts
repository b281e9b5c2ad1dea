import type { Finding } from '../../finding.ts';
import type { BackupGroup, Guest, Storage } from '../../world/actual.ts';
import { mayWrite } from '../../world/owner.ts';
import type { TierHere } from '../tier-here.ts';
import { pbsCall } from './commands.ts';
import { groupOf, onGuest, storagesOf, type Hazard, type Surroundings } from './context.ts';

/** Points that are not what they seem: another guest's, another site's, another owner's. */
export const identityHazards: Hazard = (around) => {
  const { nodes } = around.actual.pve;
  // A node that could not be listed would make its points those of a stranger.
  const known = nodes.known && nodes.complete ? new Set(nodes.value.map(({ name }) => name)) : undefined;
  return around.guests.flatMap((guest) => {
    const group = groupOf(around, guest);
    const tier = around.tierOf(guest.vmid);
    const here = tier && around.tiers.get(tier.id);
    if (!group || !here) return [];
    return [
      ...reused(around, guest, group, here),
      ...(known ? mixed(around, guest, group, known) : []),
      ...foreignOwner(around, guest, group, here),
    ];
  });
};

function reused(around: Surroundings, guest: Guest, group: BackupGroup, { place }: TierHere): Finding[] {
  const { createdAt } = guest;
  const { snapshots } = group;
  const foreign = createdAt === undefined ? [] : snapshots.filter(({ at }) => at < createdAt);
  if (foreign.length === 0) return [];
  return [
    onGuest(around, guest, {
      code: 'HF-VMID-REUSED',
      problem: `${foreign.length} of its ${snapshots.length} points are older than the guest: they are those of another one that had its id`,
      why: 'retention counts both together, and a restore by id may bring back the wrong guest',
      fix: `keep them until nobody needs them, then remove them by hand on the PBS, one after the other:\n    ${pbsCall('delete', 'snapshots', { ...place!, group }, { 'backup-time': foreign[0]!.at })}`,
    }),
  ];
}

/** `{{guestname}} {{node}} {{vmid}}`, as Holdfast's jobs note it on each point. */
const NOTE = /^(\S+) (\S+) (\d+)\b/;

/** Points that a node of another cluster made, and that lie among those of this guest: one id, two guests, one group. */
function mixed(around: Surroundings, guest: Guest, { snapshots }: BackupGroup, nodes: ReadonlySet<string>): Finding[] {
  const noted = snapshots.flatMap(({ at, comment }) => {
    const [, name = '', node = '', vmid] = NOTE.exec(comment) ?? [];
    return Number(vmid) === guest.vmid ? [{ at, name, node }] : [];
  });
  const firstOwn = noted.find(({ node }) => nodes.has(node));
  const foreign = noted.filter(({ at, node, name }) => !nodes.has(node) && (firstOwn ? at > firstOwn.at : name !== guest.name));
  const last = foreign.at(-1);
  if (!last) return [];
  return [
    onGuest(around, guest, {
      severity: 'error',
      code: 'HF-SITES-MIXED',
      problem: `${foreign.length} of its ${snapshots.length} points were made on node ${last.node}, which is not of this site, the last of guest "${last.name}"`,
      why: 'two sites save the same id into one namespace: each counts the other’s points as its own, and a restore may bring back the wrong guest',
      fix: 'give each site a namespace of its own; in the policy of the other one, under "pbs":\n    namespace: second-site',
    }),
  ];
}

function foreignOwner(around: Surroundings, guest: Guest, group: BackupGroup, here: TierHere): Finding[] {
  const refused = writersOf(around, guest, here).find(({ pbs }) => pbs && !mayWrite(group.owner, pbs.username));
  const pbs = refused?.pbs;
  if (!pbs) return [];
  return [
    onGuest(around, guest, {
      severity: 'error',
      code: 'HF-OWNER',
      problem: `Its backup group belongs to ${group.owner}; storage ${refused.id} logs in as ${pbs.username}`,
      why: 'PBS refuses each of its backups with "backup owner check failed"',
      fix: `give the group to the login that writes to it:\n    proxmox-backup-client change-owner ${group.type}/${group.id} '${pbs.username}' --ns '${pbs.namespace}' --repository 'root@pam@${pbs.server}:${pbs.datastore}'`,
    }),
  ];
}

/** The storages through which the guest's jobs write where its tier lies; before there is a job, each that leads there. */
function writersOf(around: Surroundings, guest: Guest, here: TierHere): readonly Storage[] {
  const all = storagesOf(around, here);
  const jobs = around.covering.known ? around.covering.jobsOf(guest).enabled : [];
  const used = all.filter(({ id }) => jobs.some(({ storage }) => storage === id));
  return used.length > 0 ? used : all;
}
