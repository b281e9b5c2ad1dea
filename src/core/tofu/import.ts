import { spellGuest } from '../desired/findings.ts';
import { placesOfTier } from '../desired/compile.ts';
import { assign, promisedTier } from '../policy/assign.ts';
import type { Policy, Site, Tier } from '../policy/policy.ts';
import type { UnixSeconds } from '../units.ts';
import type { Actual, Guest, Unknown } from '../world/actual.ts';
import { hclBlock, hclName, hclText } from '../hcl.ts';

export type TofuImports = {
  /** A file of HCL: `import` blocks for what exists, and the memberships that follow from the policy. */
  readonly text: string;
  readonly places: number;
  readonly guests: number;
  /** Guests whose membership the code makes anew: they are in no tier's pool yet. */
  readonly joining: number;
};

export type Importable = { readonly ok: true; readonly imports: TofuImports } | { readonly ok: false; readonly unknown: Unknown };

type ImportInput = {
  readonly policy: Policy;
  readonly site: Site;
  readonly actual: Actual;
  readonly now: UnixSeconds;
  /** The guests too, not only their places in pools. */
  readonly withGuests: boolean;
};

/**
 * Brings what exists on a site under OpenTofu without a change to it: the tiers' pools and storages into `module.backup_tiers`, each
 * guest with a tier into the pool of its tier, and where that is wanted the guests themselves, whose blocks OpenTofu writes
 * (`-generate-config-out`). Nothing is written where a list could not be read whole: what is not seen would be made a second time.
 */
export function tofuImports(input: ImportInput): Importable {
  const { pve } = input.actual;
  for (const part of [pve.guests, pve.pools, pve.storages]) {
    if (!part.known) return { ok: false, unknown: part.unknown };
    if (part.gaps[0]) return { ok: false, unknown: part.gaps[0] };
  }
  const places = [...parentImports(input), ...input.policy.tiers.flatMap((tier) => placeImports(input, tier))];
  const guests = (pve.guests.known ? pve.guests.value : []).filter(({ template }) => !template).toSorted((a, b) => a.vmid - b.vmid);
  const names = uniqueNames(guests);
  const parts = guests.flatMap((guest) => guestImports(input, guest, names.get(guest.vmid)!) ?? []);
  const text = [input.withGuests ? `${HEAD}\n${HEAD_GUESTS}` : HEAD, ...places, ...parts.map(({ blocks }) => blocks)].join('\n\n');
  return {
    ok: true,
    imports: { text: `${text}\n`, places: places.length, guests: parts.length, joining: parts.filter(({ joins }) => joins).length },
  };
}

const HEAD = `# Written by "holdfast tofu import". Beside it stands the module "backup_tiers"; then read the plan: it must import and
# may add, and it must destroy nothing. Where a storage is imported the first apply ends with "unknown value for
# generated_encryption_key": a slip of the provider, PVE is right, and the next apply passes. The import blocks may go after it.`;

const HEAD_GUESTS = `# The guests' own blocks are written by
#   tofu plan -generate-config-out=guests.tf
# which ends with errors: take the lines with hugepages, affinity, architecture and "units = 0" out of guests.tf, and plan again.
# A guest whose agent is configured and does not answer holds that plan for 15 minutes.`;

/** Pools that tiers' pools lie below, as far as they are there and no tier's own. */
function parentImports({ policy, actual }: ImportInput): string[] {
  const there = new Set(actual.pve.pools.known ? actual.pve.pools.value.map(({ id }) => id) : []);
  const own = new Set(policy.tiers.map(({ pool }) => pool));
  const parents = policy.tiers.flatMap(({ pool }) => {
    const parts = pool.split('/');
    return parts.slice(0, -1).map((_, index) => [index === 0 ? 'outer' : 'inner', parts.slice(0, index + 1).join('/')] as const);
  });
  return [...new Map(parents.map(([level, id]) => [id, level]))]
    .filter(([id]) => there.has(id) && !own.has(id))
    .map(([id, level]) => importBlock(`module.backup_tiers.proxmox_virtual_environment_pool.${level}[${hclText(id)}]`, id));
}

function placeImports({ policy, site, actual }: ImportInput, tier: Tier): string[] {
  const { pools, storages } = actual.pve;
  const objects = placesOfTier(policy, site, tier);
  const pool = objects.find(({ kind, id }) => kind === 'pool' && id === tier.pool);
  const storage = objects.find(({ kind }) => kind === 'storage');
  const isPool = (id: string): boolean => pools.known && pools.value.some((one) => one.id === id);
  const hasPool = pool && isPool(pool.id);
  const hasStorage = storage && storages.known && storages.value.some(({ id }) => id === storage.id);
  return [
    ...(hasPool ? [importBlock(`module.backup_tiers.proxmox_virtual_environment_pool.tier["${tier.id}"]`, pool.id)] : []),
    ...(hasStorage ? [importBlock(`module.backup_tiers.proxmox_storage_pbs.tier["${tier.id}"]`, storage.id)] : []),
  ];
}

/** The guest itself, and its place in the pool of its tier: imported where it is there, made where it is not. */
function guestImports(
  { policy, site, now, withGuests }: ImportInput,
  guest: Guest,
  name: string,
): { readonly blocks: string; readonly joins: boolean } | undefined {
  const assignment = assign(policy, { site, now }, guest);
  const tier = policy.tiers.find(({ id }) => id === promisedTier(assignment));
  const type = guest.type === 'vm' ? 'vm' : 'container';
  const head = `# ${spellGuest(guest).replaceAll(/\p{Cc}/gu, ' ')}: ${tier ? `tier ${tier.id} (${tier.name})` : assignment.configured.kind === 'exception' ? 'no backup, by the policy' : 'no tier yet'}`;
  const own = withGuests ? [importBlock(`proxmox_virtual_environment_${type}.${name}`, `${guest.node}/${guest.vmid}`)] : [];
  if (!tier) return own.length === 0 ? undefined : { blocks: [head, ...own].join('\n'), joins: false };
  const poolId = { code: `module.backup_tiers.pools["${tier.id}"]` };
  const member = hclBlock(`resource "proxmox_pool_membership" "${name}"`, { pool_id: poolId, vm_id: guest.vmid });
  const joins = guest.pool !== tier.pool;
  // The provider takes the id of a membership apart at its slashes.
  const importable = !joins && !tier.pool.includes('/');
  const there = importable ? [importBlock(`proxmox_pool_membership.${name}`, `${tier.pool}/vm/${guest.vmid}`)] : [];
  return { blocks: `${head}\n${[...own, member, ...there].join('\n\n')}`, joins };
}

function importBlock(to: string, id: string): string {
  return `import {\n  to = ${to}\n  id = ${hclText(id)}\n}`;
}

/** Names of guests as HCL takes them; two of one name are told apart by their numbers. */
function uniqueNames(guests: readonly Guest[]): ReadonlyMap<number, string> {
  const counted = Map.groupBy(guests, ({ type, name }) => `${type} ${hclName(name)}`);
  return new Map(
    guests.map(({ vmid, type, name }) => {
      const plain = hclName(name) || `guest_${vmid}`;
      return [vmid, (counted.get(`${type} ${hclName(name)}`)?.length ?? 0) > 1 ? `${plain}_${vmid}` : plain];
    }),
  );
}
