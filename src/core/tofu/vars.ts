import { placesOfTier } from '../desired/compile.ts';
import type { ManagedObject } from '../desired/desired.ts';
import type { Finding } from '../finding.ts';
import type { Policy, Site, Tier, TierId } from '../policy/policy.ts';

/** One entry of the variable `backup_tiers` of the module of that name. Names are the module's. */
export type TierVars = {
  readonly name: string;
  readonly pool: string;
  readonly pool_comment: string;
  readonly storage_id: string;
  readonly server: string;
  readonly datastore: string;
  readonly namespace: string;
  readonly fingerprint?: string;
  readonly encryption: boolean;
  readonly schedule: string;
  readonly mode: Tier['mode'];
  readonly disk_storage?: string;
};

export type TofuVars = { readonly backup_tiers: Readonly<Record<TierId, TierVars>> };

/**
 * The map that `tofu/modules/backup_tiers` takes, from the policy alone: the same pools and storages as a plan would make, so that
 * code and policy cannot say two things. A tier whose PBS the site lacks is left out; what code cannot say is a finding.
 */
export function tofuVars(policy: Policy, site: Site): { readonly vars: TofuVars; readonly findings: readonly Finding[] } {
  const tiers = policy.tiers.flatMap((tier) => {
    const objects = placesOfTier(policy, site, tier);
    const [pool, storage] = [objects.find(({ kind, id }) => kind === 'pool' && id === tier.pool), objects.find(({ kind }) => kind === 'storage')]; // prettier-ignore
    return pool && storage ? [{ tier, pool, storage }] : [];
  });
  return {
    vars: { backup_tiers: Object.fromEntries(tiers.map((one) => [one.tier.id, varsOf(one)])) },
    findings: tiers.flatMap(({ tier, storage }) => otherPort(site, tier, storage)),
  };
}

type Places = { readonly tier: Tier; readonly pool: ManagedObject; readonly storage: ManagedObject };

function varsOf({ tier, pool, storage: { id, settings } }: Places): TierVars {
  const text = (name: string): string => String(settings[name]);
  return {
    name: tier.name,
    pool: pool.id,
    pool_comment: String(pool.settings['comment']),
    storage_id: id,
    server: text('server'),
    datastore: text('datastore'),
    namespace: text('namespace'),
    ...(settings['fingerprint'] === undefined ? {} : { fingerprint: text('fingerprint') }),
    encryption: tier.encryption,
    schedule: tier.schedule,
    mode: tier.mode,
    ...(tier.storage === undefined ? {} : { disk_storage: tier.storage }),
  };
}

function otherPort(site: Site, tier: Tier, { id, settings }: ManagedObject): Finding[] {
  if (settings['port'] === undefined) return [];
  return [
    {
      severity: 'error',
      code: 'HF-TOFU-PORT',
      at: `${site.name}: storage ${id}`,
      problem: `Storage ${id} needs port ${String(settings['port'])} of ${String(settings['server'])}, and the provider bpg/proxmox has no argument for it`,
      why: 'PVE would knock at port 8007, and the apply would fail or reach another server',
      fix: `let the nodes reach PBS at port 8007, and say where:\n    storages: { server: ${String(settings['server'])} }`,
      site: site.name,
      tier: tier.id,
    },
  ];
}
