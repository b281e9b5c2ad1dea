import type { ManagedObject, Settings } from '../desired/desired.ts';
import type { Finding } from '../finding.ts';
import type { ExistingObject } from './existing.ts';
import { spellObject, spellServer } from './findings.ts';

/** With `places: opentofu`: a place is missing or differs, and this is the code that makes it right. */
export function missingInCode(object: ManagedObject, found?: ExistingObject): Finding {
  const differs = found ? 'differs from what the policy needs' : 'does not exist';
  return {
    severity: 'error',
    code: 'HF-PLACE-CODE',
    at: `${object.site}: ${spellServer(object.server)}`,
    problem: `The ${spellObject(object)} ${differs}, and OpenTofu makes the places of site ${object.site}`,
    why: `${object.because}; until it is there, tier ${object.tier} is not kept`,
    fix: `${found ? 'change' : 'add'} it in your OpenTofu code and apply that first:\n${indent(placeHcl(object))}`,
    site: object.site,
    ...(object.tier === undefined ? {} : { tier: object.tier }),
  };
}

/**
 * The resource of one place for OpenTofu, with the providers bpg/proxmox and, for namespaces, yavasura/pbs.
 * A storage's login comes from two variables: a secret is never printed.
 * @see https://registry.terraform.io/providers/bpg/proxmox/latest/docs
 */
export function placeHcl(object: ManagedObject): string {
  const { kind, id, settings } = object;
  if (kind === 'pool') return block('proxmox_virtual_environment_pool', id, { pool_id: id });
  if (kind === 'pool-member') {
    const slash = id.lastIndexOf('/');
    return block('proxmox_pool_membership', id, { pool_id: id.slice(0, slash), vm_id: Number(id.slice(slash + 1)) });
  }
  if (kind === 'namespace') {
    const colon = id.indexOf(':');
    return block('pbs_namespace', id.slice(colon + 1), { datastore: id.slice(0, colon), namespace: id.slice(colon + 1) });
  }
  if (kind === 'storage') return storageHcl(id, settings);
  throw new Error(`A ${kind} is no place`);
}

function storageHcl(id: string, settings: Settings): string {
  const lines = block('proxmox_storage_pbs', id, {
    id,
    server: String(settings['server']),
    ...(settings['port'] === undefined ? {} : { port: Number(settings['port']) }),
    datastore: String(settings['datastore']),
    namespace: String(settings['namespace']),
    username: { code: 'var.backup_token_id' },
    password: { code: 'var.backup_token_secret' },
    ...(settings['fingerprint'] === undefined ? {} : { fingerprint: String(settings['fingerprint']) }),
    ...(settings['encryption-key'] === undefined ? {} : { generate_encryption_key: true }),
  });
  return lines.replace(/\n\}$/, '\n\n  backups {\n    keep_all = true\n  }\n}');
}

type Attribute = string | number | boolean | { readonly code: string };

function block(type: string, name: string, attributes: Readonly<Record<string, Attribute>>): string {
  const width = Math.max(...Object.keys(attributes).map((key) => key.length));
  const lines = Object.entries(attributes).map(([key, value]) => `  ${key.padEnd(width)} = ${spellAttribute(value)}`);
  return `resource "${type}" "${name.replaceAll(/[^A-Za-z0-9_-]/g, '_').replace(/^(?=\d)/, '_')}" {\n${lines.join('\n')}\n}`;
}

function spellAttribute(value: Attribute): string {
  if (typeof value === 'object') return value.code;
  return typeof value === 'string' ? quote(value) : String(value);
}

/** `${` and `%{` would be read as templates. */
function quote(text: string): string {
  return JSON.stringify(text).replaceAll('${', '$${').replaceAll('%{', '%%{');
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '    ');
}
