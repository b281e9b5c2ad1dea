import { closest } from '../closest.ts';
import { firstWith } from '../world/abilities.ts';
import { pinOf } from '../policy/pin.ts';
import type { Finding } from '../finding.ts';
import type { Offsite, PbsAccess, Site, Tier } from '../policy/policy.ts';
import type { Actual, Guest, Unknown } from '../world/actual.ts';
import type { TierAtSite } from './compile.ts';

/** `VM 101 (postgres)` */
export function spellGuest({ type, vmid, name }: Pick<Guest, 'type' | 'vmid' | 'name'>): string {
  return `${type === 'vm' ? 'VM' : 'CT'} ${vmid}${name === '' ? '' : ` (${name})`}`;
}

/** The server does not list the datastore of a tier: it does not exist, or the login may not see it. */
export function datastoreMissing({ site, tier, pbs, datastore }: TierAtSite, actual: Actual): Finding | undefined {
  const seen = actual.pbs.find(({ name }) => name === pbs.name)?.datastores;
  if (!seen?.known || seen.value.some(({ name }) => name === datastore)) return undefined;
  const names = seen.value.map(({ name }) => name);
  const near = closest(datastore, names);
  return {
    severity: 'error',
    code: 'HF-DATASTORE-UNSEEN',
    at: `${site.name}: PBS ${pbs.name}`,
    problem: `PBS ${pbs.name} lists no datastore "${datastore}"${near ? ` (did you mean ${near}?)` : ''}; it lists ${names.length === 0 ? 'none' : names.join(', ')}`,
    why: `tier ${tier.id} has no place for its points, and jobs into a datastore that does not exist are accepted and do nothing`,
    fix: `create the datastore on ${pbs.name}, or give the token the right to see it:\n    holdfast doctor`,
    site: site.name,
    tier: tier.id,
  };
}

/** Without the guests nobody can be put into a pool. */
export function guestsUnknown(site: Site, unknown: Unknown): Finding {
  return {
    severity: 'error',
    code: 'HF-PLAN-BLIND',
    at: `${site.name}: PVE`,
    problem: `The guests of site ${site.name} could not be read: ${unknown.because.trim()}`,
    why: 'nobody knows which guests exist, so none is put into the pool of its tier',
    fix: unknown.privilege
      ? `give the token ${unknown.privilege} on ${unknown.path ?? '/'}:\n    holdfast grants --for audit`
      : 'make them readable, then plan again:\n    holdfast doctor',
    site: site.name,
  };
}

/** A tier names a PBS that a site with guests of this tier does not have. */
export function tierPbsMissing(site: Site, tier: Tier, guests: readonly Guest[]): Finding {
  const names = site.pbs.map(({ name }) => name);
  const near = closest(tier.pbs ?? '', names);
  return {
    severity: 'error',
    code: 'HF-TIER-PBS',
    at: `${site.name}: tier ${tier.id}`,
    problem: `Tier ${tier.id} lives on PBS "${tier.pbs}", and site ${site.name} has no PBS of that name${near ? ` (did you mean ${near}?)` : ''}`,
    why: `${guests.length === 1 ? `${spellGuest(guests[0]!)} gets` : `${guests.length} guests get`} no backup job, no place and no point at ${site.name}`,
    fix: `add it under sites.${site.name}.pbs, or let the tier live on one that exists:\n    pbs: ${near ?? names[0]}`,
    site: site.name,
    tier: tier.id,
  };
}

/** No keep values or schedules keep what a tier promises, so there is nothing to write down. */
export function tierUnkeepable(site: Site, tier: Tier): Finding {
  return {
    severity: 'error',
    code: 'HF-TIER-UNKEPT',
    at: `tiers.${tier.id}`,
    problem: `No prune or verify job keeps what tier ${tier.id} (${tier.name}) promises`,
    why: `nothing of tier ${tier.id} is made or changed at ${site.name}; what exists for it stays as it is`,
    fix: 'see which promise breaks, and on which day:\n    holdfast check',
    site: site.name,
    tier: tier.id,
  };
}

/** A pull job runs on the server that receives, and the policy does not know that server. */
export function pullWithoutReceiver(site: Site, tier: Tier, offsite: Offsite): Finding {
  return {
    severity: 'error',
    code: 'HF-OFFSITE-RECEIVER',
    at: `${site.name}: tier ${tier.id}`,
    problem: `The copy of tier ${tier.id} is to be pulled by "${offsite.remote}", and site ${site.name} has no PBS of that name`,
    why: 'a pull job runs on the PBS that receives the copy, so without a login there nobody makes that job and there is no copy',
    fix: `add ${offsite.remote} under sites.${site.name}.pbs with its url and token, or let this site send the copy:\n    offsite: { remote: ${offsite.remote}, direction: push }`,
    site: site.name,
    tier: tier.id,
  };
}

/** The receiver knows no remote that leads to the source, or several. */
export function pullWithoutRemote(input: {
  readonly site: Site;
  readonly tier: Tier;
  readonly source: PbsAccess;
  readonly receiver: PbsAccess;
  readonly remotes: readonly string[];
}): Finding {
  const { site, tier, source, receiver, remotes } = input;
  const host = new URL(source.urls[0]).hostname;
  const several = remotes.length > 1;
  return {
    severity: 'error',
    code: 'HF-OFFSITE-REMOTE',
    at: `${site.name}: PBS ${receiver.name}`,
    problem: several
      ? `PBS ${receiver.name} has ${remotes.length} remotes that lead to ${host}: ${remotes.join(', ')}`
      : `PBS ${receiver.name} has no remote that leads to ${host}, where tier ${tier.id} lies`,
    why: `the sync job of tier ${tier.id} would not know where to fetch its points, so no copy is made`,
    fix: several
      ? 'remove the remotes that are not needed'
      : `make it on ${receiver.name}:\n    proxmox-backup-manager remote create ${source.name} --host ${host} --auth-id 'USER@pbs!TOKEN' --password SECRET --fingerprint ${pinOf(source, source.urls[0]) ?? 'FINGERPRINT'}`,
    site: site.name,
    tier: tier.id,
  };
}

/** The PBS that is to send is from before there was a push. */
export function pushUnknown(site: Site, tier: Tier, pbs: PbsAccess, version: string): Finding {
  return {
    severity: 'error',
    code: 'HF-PBS-TOO-OLD',
    at: `${site.name}: PBS ${pbs.name}`,
    problem: `PBS ${pbs.name} is ${version} and cannot push; tier ${tier.id} promises a copy that it sends`,
    why: `sync jobs that push came with ${firstWith('push-sync')}, so there is no copy`,
    fix: 'upgrade it, or let the other place fetch:\n    offsite: { direction: pull }',
    site: site.name,
    tier: tier.id,
  };
}

/** The PBS that sends has no remote of the promised name. */
export function pushWithoutRemote(site: Site, tier: Tier, offsite: Offsite, pbs: PbsAccess): Finding {
  return {
    severity: 'error',
    code: 'HF-OFFSITE-REMOTE',
    at: `${site.name}: PBS ${pbs.name}`,
    problem: `PBS ${pbs.name} has no remote "${offsite.remote}", to which tier ${tier.id} sends its copy`,
    why: 'PBS accepts a sync job to a remote that does not exist and fails each of its runs, so there is no copy',
    fix: `make it on ${pbs.name}:\n    proxmox-backup-manager remote create ${offsite.remote} --host HOST --auth-id 'USER@pbs!TOKEN' --password SECRET --fingerprint FINGERPRINT`,
    site: site.name,
    tier: tier.id,
  };
}
