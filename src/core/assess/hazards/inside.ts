import type { Finding } from '../../finding.ts';
import { inAYear } from '../../policy/last-day.ts';
import type { Guest } from '../../world/actual.ts';
import { hostOf, serverOf } from '../leads.ts';
import { listOf, onGuest, type Hazard, type Surroundings } from './context.ts';

const PBS_NAME = /(?:^|[-_.\s])(?:pbs|proxmox-backup(?:-server)?)(?:$|[-_.\s\d])/i;

/** Guests that seem to be a PBS of their own site, and are saved into themselves or lie on the disks of those they keep. */
export const insideHazards: Hazard = (around) => {
  const { covering, storages, site } = around;
  return around.guests.flatMap((guest): Finding[] => {
    // What does not run is no server: its data VM, named after it, or another that would be told in each outage of the real one.
    const server = guest.running ? serverIn(around, guest) : undefined;
    if (server === undefined) return [];
    const told: Finding[] = [];
    const jobs = covering.known ? covering.jobsOf(guest).enabled : [];
    const itself = jobs.find(({ storage = '' }) => {
      const found = storages.get(storage);
      return found?.pbs !== undefined && (serverOf(site, found) ?? server) === server;
    });
    if (itself) {
      told.push(
        onGuest(around, guest, {
          code: 'HF-PBS-INSIDE',
          problem: `It seems to be the PBS of this site, and job ${itself.id} backs it up into itself`,
          why: 'while it is frozen for the backup it shall store that backup; and when it is lost, so is its backup',
          fix:
            'take it out of the jobs and keep its configuration elsewhere; say so in the policy under "assign":\n' +
            `    - { tier: none, guests: [${guest.vmid}], reason: "restored from its own configuration", until: ${inAYear(site, around.now)} }`,
        }),
      );
    }
    const shared = sharedGround(around, guest);
    if (shared !== undefined) told.push(sameGround(around, guest, shared));
    return told;
  });
};

/** Which PBS of the site a guest seems to be: by the host name the policy has for it, or, where there is but one, by its name and notes. */
function serverIn({ site }: Surroundings, guest: Guest): string | undefined {
  const name = guest.name.toLowerCase();
  const [label] = name.split('.');
  const isHost = (host: string | undefined): boolean =>
    host !== undefined && !/^[\d.]+$/.test(host) && (host === name || host.split('.')[0] === label);
  const [first] = site.pbs;
  const named = site.pbs.find(({ urls }) => urls.some((url) => isHost(hostOf(url))));
  if (named) return named.name;
  if (isHost(site.storages?.server)) return first?.name;
  const looksLike = PBS_NAME.test(guest.name) || /proxmox backup server/i.test(guest.notes);
  return looksLike && site.pbs.length === 1 ? first?.name : undefined;
}

/** The storage that holds both the largest disk of the PBS and disks of guests that are backed up to it. */
function sharedGround(around: Surroundings, guest: Guest): string | undefined {
  const [largest] = guest.disks
    .filter(({ kind }) => kind === 'disk' || kind === 'mount')
    .toSorted((a, b) => (b.sizeBytes ?? 0) - (a.sizeBytes ?? 0));
  const storage = largest?.storage;
  if (storage === undefined) return undefined;
  const ground = groundOf(around, storage, guest.node);
  const others = around.guests.some(
    (other) =>
      other.vmid !== guest.vmid &&
      around.tierOf(other.vmid) !== undefined &&
      other.disks.some((disk) => disk.storage !== undefined && groundOf(around, disk.storage, other.node) === ground),
  );
  return others ? storage : undefined;
}

/** What breaks as one: a ZFS pool of a node, whatever storages lie in it; a shared storage; a local one of a node. */
function groundOf({ storages }: Surroundings, id: string, node: string): string {
  const storage = storages.get(id);
  if (storage?.zfsPool !== undefined) return `pool ${storage.zfsPool.split('/')[0]} of ${node}`;
  return storage?.shared ? `storage ${id}` : `storage ${id} of ${node}`;
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
