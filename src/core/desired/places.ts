import type { Finding } from '../finding.ts';
import { pinOf } from '../policy/pin.ts';
import type { PbsAccess, Site } from '../policy/policy.ts';
import type { Guest } from '../world/actual.ts';
import type { CompileInput, TierAtSite as Whole } from './compile.ts';
import type { ManagedObject, Settings } from './desired.ts';
import { markedComment } from './mark.ts';
import { spellGuest } from './findings.ts';

type TierAtSite = Omit<Whole, 'upkeep'>;
type Compiled = { readonly objects: readonly ManagedObject[]; readonly findings: readonly Finding[] };

/** Where the recovery points of a tier come from and go to: pool, members, namespace, storage. */
export function compilePlaces(at: TierAtSite, input: Pick<CompileInput, 'pinnedGuests'>): Compiled {
  const members = at.guests.filter(({ vmid }) => !input.pinnedGuests?.has(vmid));
  const objects = [...pools(at), ...namespaces(at), storage(at), ...members.map((guest) => member(at, guest))];
  return { objects, findings: [] };
}

/** A nested pool needs its parents. @see https://pve.proxmox.com/pve-docs/pveum-plain.html (Pools) */
function pools({ site, tier }: TierAtSite): ManagedObject[] {
  return withParents(tier.pool).map((id) => ({
    kind: 'pool',
    server: 'pve',
    id,
    settings: { comment: id === tier.pool ? markedComment(site, tier) : `[holdfast] ${site.name}` },
    site: site.name,
    tier: tier.id,
    because: id === tier.pool ? `tier ${tier.id} (${tier.name}) is the guests of this pool` : `pool ${tier.pool} lies below it`,
  }));
}

function member({ site, tier }: TierAtSite, guest: Guest): ManagedObject {
  const moves = guest.pool !== undefined && guest.pool !== tier.pool;
  return {
    kind: 'pool-member',
    server: 'pve',
    id: `${tier.pool}/${guest.vmid}`,
    settings: moves ? { 'allow-move': true } : {},
    site: site.name,
    tier: tier.id,
    because: `${spellGuest(guest)} is promised tier ${tier.id} (${tier.name})`,
  };
}

function namespaces({ site, tier, pbs, datastore, namespace }: TierAtSite): ManagedObject[] {
  return withParents(namespace).map((path) => ({
    kind: 'namespace',
    server: pbs.name,
    id: `${datastore}:${path}`,
    settings: {},
    site: site.name,
    tier: tier.id,
    because:
      path === namespace ? `the points of tier ${tier.id} lie here, apart from those of others` : `namespace ${namespace} lies below it`,
  }));
}

/** `prune-backups: keep-all=1` so that no default of a node prunes beside the job that was proved. Enabled, or each run of the job fails. */
function storage({ site, tier, pbs, datastore, namespace, storageId }: TierAtSite): ManagedObject {
  const { host, port, fingerprint } = addressForNodes(site, pbs);
  const settings: Settings = {
    type: 'pbs',
    content: ['backup'],
    server: host,
    ...(port === undefined ? {} : { port }),
    datastore,
    namespace,
    ...(fingerprint === undefined ? {} : { fingerprint }),
    'prune-backups': 'keep-all=1',
    disable: false,
    ...(tier.encryption ? { 'encryption-key': 'autogen' } : {}),
  };
  const because = `PVE reaches ${datastore}/${namespace} on ${pbs.name} through it${tier.encryption ? ', encrypted by a key that PVE holds' : ''}`;
  return { kind: 'storage', server: 'pve', id: storageId, settings, site: site.name, tier: tier.id, because };
}

type NodesAddress = { readonly host: string; readonly port?: number; readonly fingerprint?: string };

/**
 * Where the nodes find a PBS: the address the site names for its first (`pbs.lan`, `pbs.lan:8443`), else the one Holdfast uses itself.
 * Its certificate is that of Holdfast's own address with this name, or of the first.
 */
function addressForNodes(site: Site, pbs: PbsAccess): NodesAddress {
  const named = site.pbs[0]?.name === pbs.name ? site.storages?.server : undefined;
  const [, host = '', digits] = /^(\[[^\]]*\]|[^:/]*)(?::(\d+))?/.exec(named ?? new URL(pbs.urls[0]).host) ?? [];
  const port = Number(digits ?? 8007);
  const fingerprint = pinOf(pbs, pbs.urls.find((url) => new URL(url).hostname === host) ?? pbs.urls[0]);
  return { host, ...(port === 8007 ? {} : { port }), ...(fingerprint === undefined ? {} : { fingerprint }) };
}

/** `a/b/c` → `a`, `a/b`, `a/b/c` */
function withParents(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
