import type { ManagedObject, ObjectKind } from '../desired/desired.ts';
import { spellGuest } from '../desired/findings.ts';
import type { Finding } from '../finding.ts';
import type { AssignRule, Site, Tier } from '../policy/policy.ts';
import type { Guest, Unknown } from '../world/actual.ts';
import type { ExistingObject, Knowledge } from './existing.ts';

const SPELLED: Readonly<Record<ObjectKind, string>> = {
  pool: 'pool',
  'pool-member': 'pool member',
  namespace: 'namespace',
  storage: 'storage',
  'backup-job': 'backup job',
  'prune-job': 'prune job',
  'verify-job': 'verify job',
  'sync-job': 'sync job',
  datastore: 'datastore',
  'traffic-control': 'traffic control rule',
};

/** `backup job hf-tier-1` */
export function spellObject({ kind, id }: { readonly kind: ObjectKind; readonly id: string }): string {
  return `${SPELLED[kind]} ${id}`;
}

/** `PVE`, `PBS vault` */
export function spellServer(server: string): string {
  return server === 'pve' ? 'PVE' : `PBS ${server}`;
}

/** An object that should be there, of whose kind not all was seen. */
export type UnseenObject = { readonly object: ManagedObject; readonly knowledge: Exclude<Knowledge, { how: 'whole' }> };

/** What exists was not seen, so nothing of its kind is made or removed: one finding for all kinds a server did not show for one reason. */
export function unknownParts(unseen: readonly UnseenObject[]): Finding[] {
  const byReason = Map.groupBy(unseen, ({ object, knowledge }) => {
    const { because = '', privilege = '', path = '' } = unknownOf(knowledge) ?? {};
    return [object.server, knowledge.how, because, privilege, path].join('\n');
  });
  return [...byReason.values()].map((parts) => {
    const [{ object, knowledge }] = parts as [UnseenObject];
    const unknown = unknownOf(knowledge);
    const kinds = [...new Set(parts.map((part) => `${SPELLED[part.object.kind]}s`))];
    const listed = kinds.length === 1 ? kinds[0] : `${kinds.slice(0, -1).join(', ')} and ${kinds.at(-1)}`;
    return {
      severity: 'error',
      code: 'HF-PLAN-BLIND',
      at: `${object.site}: ${spellServer(object.server)}`,
      problem: `The ${listed} on ${spellServer(object.server)} could not be read${knowledge.how === 'partly' ? ' completely' : ''}${unknown ? `: ${unknown.because.trim()}` : ''}`,
      why: 'nobody knows which of them exist, so none is made and none is removed',
      fix: unknown?.privilege
        ? `give the token ${unknown.privilege} on ${unknown.path ?? '/'}:\n    holdfast grants --for audit`
        : 'make them readable, then plan again:\n    holdfast doctor',
      site: object.site,
    };
  });
}

function unknownOf(knowledge: UnseenObject['knowledge']): Unknown | undefined {
  return knowledge.how === 'not' ? knowledge.unknown : knowledge.gaps[0];
}

/** Somebody else's object has the id Holdfast needs. */
export function idTaken(object: ManagedObject, found: ExistingObject): Finding {
  const other = found.mark?.site;
  return {
    severity: 'error',
    code: 'HF-ID-TAKEN',
    at: `${object.site}: ${spellServer(object.server)}`,
    problem: other
      ? `The ${spellObject(object)} belongs to site ${other}`
      : `The ${spellObject(object)} was not made by Holdfast: its comment carries no [holdfast] mark`,
    why: `Holdfast changes only what it made, so tier ${object.tier} is not kept by this job`,
    fix: other
      ? `if the site was renamed, call it ${other} again or take the job over (holdfast adopt ${object.id}); if there are two sites, let both stand in one policy file, which keeps their ids apart`
      : `let Holdfast take it over, or give it another id:\n    holdfast adopt ${object.id}`,
    site: object.site,
    ...(object.tier === undefined ? {} : { tier: object.tier }),
  };
}

/** A storage of the wanted name leads to another place. PVE cannot change `server` and `datastore` of a storage. */
export function placeElsewhere(object: ManagedObject, found: ExistingObject): Finding | undefined {
  const { settings: want } = object;
  const { settings: have } = found;
  const sameServer = want['server'] === have['server'] || sameFingerprint(want['fingerprint'], have['fingerprint']);
  if (have['type'] === 'pbs' && sameServer && want['datastore'] === have['datastore']) return undefined;
  const place =
    have['type'] === 'pbs'
      ? `${String(have['server'])}, datastore ${String(have['datastore'])}`
      : `a storage of type ${String(have['type'])}`;
  return {
    severity: 'error',
    code: 'HF-STORAGE-ELSEWHERE',
    at: `${object.site}: storage ${object.id}`,
    problem: `Storage ${object.id} leads to ${place}; tier ${object.tier} needs ${String(want['server'])}, datastore ${String(want['datastore'])}`,
    why: 'PVE cannot change server or datastore of a storage, and removing it would remove its encryption key and hide its points',
    fix: `rename or remove it by hand once nothing needs it, then plan again; nothing of tier ${object.tier} goes there meanwhile`,
    site: object.site,
    ...(object.tier === undefined ? {} : { tier: object.tier }),
  };
}

function sameFingerprint(a: unknown, b: unknown): boolean {
  return typeof a === 'string' && typeof b === 'string' && a.toLowerCase() === b.toLowerCase();
}

/** A key is never taken from a storage: without it the points that are there cannot be read again. */
export function staysEncrypted(object: ManagedObject, found: ExistingObject): Finding[] {
  if (found.settings['encryption-key'] === undefined || object.settings['encryption-key'] !== undefined) return [];
  return [
    {
      severity: 'info',
      code: 'HF-STAYS-ENCRYPTED',
      at: `${object.site}: storage ${object.id}`,
      problem: `Storage ${object.id} has an encryption key, and tier ${object.tier} does not ask for one`,
      why: 'points go on being encrypted: taking the key away would make the ones that are there unreadable, so Holdfast does not',
      fix: `promise what is true:\n    encryption: true`,
      site: object.site,
      ...(object.tier === undefined ? {} : { tier: object.tier }),
    },
  ];
}

type HeldByRule = { readonly site: Site; readonly tier: Tier; readonly guest: Guest; readonly rule: AssignRule };

/** A rule finds a guest by its pool, and the tier would take it out of that pool: then the rule would no longer find it. */
export function poolHeldByRule({ site, tier, guest, rule }: HeldByRule): Finding {
  return {
    severity: 'error',
    code: 'HF-POOL-RULE',
    at: `${site.name}: ${spellGuest(guest)}`,
    problem: `${spellGuest(guest)} gets tier ${tier.id} by ${rule.at} because it is in pool ${guest.pool}, and tier ${tier.id} backs up pool ${tier.pool}`,
    why: 'a guest is in one pool at most: moved to the pool of its tier it would no longer match the rule, so it is left where it is and the tier does not reach it',
    fix: `let the tier use that pool, or choose these guests by tag or name:\n    pool: ${guest.pool}`,
    site: site.name,
    vmid: guest.vmid,
    tier: tier.id,
  };
}
