import type { ManagedObject, Settings } from '../desired/desired.ts';
import type { Finding } from '../finding.ts';
import type { ExistingObject } from './existing.ts';
import { hclBlock, hclName } from '../hcl.ts';
import { spellObject, spellServer } from './findings.ts';

/**
 * With `places: opentofu`: a place is missing or differs, and this is the code that makes it right.
 * @param newPool the member's pool is missing too, so that its code must wait for the pool's
 */
export function missingInCode(
  object: ManagedObject,
  { found, newPool = false }: { readonly found?: ExistingObject; readonly newPool?: boolean },
): Finding {
  const differs = found ? 'differs from what the policy needs' : 'does not exist';
  return {
    severity: 'error',
    code: 'HF-PLACE-CODE',
    at: `${object.site}: ${spellServer(object.server)}`,
    problem: `The ${spellObject(object)} ${differs}, and OpenTofu makes the places of site ${object.site}`,
    why: `${object.because}; until it is there, tier ${object.tier} is not kept`,
    fix:
      object.kind === 'namespace'
        ? `the provider makes no namespaces; on the PBS itself:\n    ${namespaceCommand(object)}`
        : `${found ? 'change' : 'add'} it in your OpenTofu code and apply that first:\n${indent(placeHcl(object, newPool))}${portRemark(object)}`,
    site: object.site,
    ...(object.tier === undefined ? {} : { tier: object.tier }),
  };
}

/** @see https://pbs.proxmox.com/docs/backup-client.html#managing-namespaces */
function namespaceCommand({ id }: ManagedObject): string {
  const colon = id.indexOf(':');
  return `proxmox-backup-client namespace create ${id.slice(colon + 1)} --repository localhost:${id.slice(0, colon)}`;
}

/** The provider's storage has no argument for a port. */
function portRemark({ kind, id, settings }: ManagedObject): string {
  if (kind !== 'storage' || settings['port'] === undefined) return '';
  return `\nThe provider knows no port; after the apply, on a node:\n    pvesm set ${id} --port ${String(settings['port'])}`;
}

/**
 * The resource of one place for OpenTofu, with the provider bpg/proxmox, which makes pools, members and storages.
 * A storage's login comes from two variables: a secret is never printed.
 * @see https://registry.terraform.io/providers/bpg/proxmox/latest/docs
 */
function placeHcl(object: ManagedObject, newPool: boolean): string {
  const { kind, id, settings } = object;
  if (kind === 'pool') return hclBlock(resource('proxmox_virtual_environment_pool', id), { pool_id: id });
  if (kind === 'pool-member') {
    const slash = id.lastIndexOf('/');
    const pool = id.slice(0, slash);
    const poolId = newPool ? { code: `proxmox_virtual_environment_pool.${hclName(pool)}.pool_id` } : pool;
    return hclBlock(resource('proxmox_pool_membership', id), { pool_id: poolId, vm_id: Number(id.slice(slash + 1)) });
  }
  if (kind === 'storage') return storageHcl(id, settings);
  throw new Error(`A ${kind} is no place`);
}

function storageHcl(id: string, settings: Settings): string {
  const lines = hclBlock(resource('proxmox_storage_pbs', id), {
    id,
    server: String(settings['server']),
    datastore: String(settings['datastore']),
    namespace: String(settings['namespace']),
    username: { code: 'var.backup_token_id' },
    password: { code: 'var.backup_token_secret' },
    ...(settings['fingerprint'] === undefined ? {} : { fingerprint: String(settings['fingerprint']) }),
    ...(settings['encryption-key'] === undefined ? {} : { generate_encryption_key: true }),
  });
  return lines.replace(/\n\}$/, '\n\n  backups {\n    keep_all = true\n  }\n}');
}

function resource(type: string, id: string): string {
  return `resource "${type}" "${hclName(id)}"`;
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '    ');
}
