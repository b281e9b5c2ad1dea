import type { Desired, ManagedObject, ObjectKind, Setting, Settings } from '../desired/desired.ts';
import { siteInMark } from '../desired/mark.ts';
import type { Site } from '../policy/policy.ts';
import type { Finding } from '../finding.ts';
import type { Actual } from '../world/actual.ts';
import { existing, type Existing, type ExistingObject } from './existing.ts';
import { idTaken, placeElsewhere, staysEncrypted, unknownParts, type UnseenObject } from './findings.ts';
import { missingInCode } from './hcl.ts';
import type { Step } from './plan.ts';

/** A step before the guard has weighed it. */
export type RawStep = Omit<Step, 'means'>;

export type Difference = { readonly steps: readonly RawStep[]; readonly findings: readonly Finding[]; readonly unseen?: UnseenObject };

export type DiffInput = {
  readonly site: Pick<Site, 'name' | 'places'>;
  readonly desired: Desired;
  readonly actual: Actual;
  /** Ids of jobs made by hand that Holdfast shall take over because a person named them. */
  readonly adopted?: ReadonlySet<string>;
};

const JOBS: ReadonlySet<ObjectKind> = new Set(['backup-job', 'prune-job', 'verify-job', 'sync-job', 'traffic-control']);
const PLACES: ReadonlySet<ObjectKind> = new Set(['pool', 'pool-member', 'namespace', 'storage']);

/** Settings that an existing object of a kind may have though the policy does not ask for them: they are cleared. */
const CLEARED: Partial<Record<ObjectKind, readonly string[]>> = {
  'backup-job': ['vmid', 'all', 'exclude', 'node', 'bwlimit'],
  'prune-job': ['ns', 'keep-last', 'keep-hourly', 'keep-daily', 'keep-weekly', 'keep-monthly', 'keep-yearly'],
  'verify-job': ['ns'],
  'sync-job': ['ns', 'remote-ns', 'rate-in', 'rate-out', 'transfer-last', 'group-filter'],
  'traffic-control': ['rate-in', 'rate-out', 'burst-in', 'burst-out', 'timeframe', 'users'],
};

/** Settings that PVE removes itself when it gets the one that takes their place. @see https://pve.proxmox.com/pve-docs/api-viewer/#/cluster/backup/{id} */
const REPLACED_BY_POOL: readonly string[] = ['vmid', 'all', 'exclude'];

/** Settings that never make a difference: a pool's words are its owner's, and where a storage leads PVE cannot change. */
const NOT_COMPARED: Partial<Record<ObjectKind, readonly string[]>> = {
  pool: ['comment'],
  'pool-member': ['allow-move'],
  storage: ['type', 'content', 'server', 'port', 'datastore'],
};

/**
 * What must change for `actual` to become `desired`, in no particular order.
 *
 * Only what carries Holdfast's mark is changed or removed; an object of somebody else that has the id of one of ours is a finding.
 * Places (pools, storages, namespaces) are never removed. What was not seen is neither made nor removed.
 */
export function diff(input: DiffInput): Difference {
  const { desired, actual } = input;
  const seen = existing(actual);
  const steps: RawStep[] = [];
  const findings: Finding[] = [];
  const unseen: UnseenObject[] = [];
  for (const object of desired.objects) {
    const found = seen.find(object.kind, object.server, object.id);
    const difference = found ? compare(object, found, input) : missing(object, seen, input);
    steps.push(...difference.steps);
    findings.push(...difference.findings);
    if (difference.unseen) unseen.push(difference.unseen);
  }
  steps.push(...removals(input, seen));
  return { steps, findings: onceEach([...unknownParts(unseen), ...findings]) };
}

const NOTHING: Difference = { steps: [], findings: [] };

function missing(object: ManagedObject, seen: Existing, input: DiffInput): Difference {
  const knowledge = seen.knowledge(object.kind, object.server, object.id);
  if (knowledge.how !== 'whole') return { ...NOTHING, unseen: { object, knowledge } };
  if (object.kind === 'datastore') return NOTHING;
  if (input.site.places === 'opentofu' && PLACES.has(object.kind))
    return { steps: [], findings: [missingInCode(object, { newPool: lacksPool(object, seen) })] };
  return { steps: [stepFor(object, { action: 'create', settings: object.settings, clear: [], because: object.because })], findings: [] };
}

function lacksPool({ kind, id }: ManagedObject, seen: Existing): boolean {
  return kind === 'pool-member' && seen.find('pool', 'pve', id.slice(0, id.lastIndexOf('/'))) === undefined;
}

function compare(object: ManagedObject, found: ExistingObject, input: DiffInput): Difference {
  if (JOBS.has(object.kind) && !isMine(found, input)) return { steps: [], findings: [idTaken(object, found)] };
  if (object.kind === 'storage') {
    const elsewhere = placeElsewhere(object, found);
    if (elsewhere) return { steps: [], findings: [elsewhere] };
  }
  const differing = Object.entries(object.settings).filter(
    ([key, value]) => !NOT_COMPARED[object.kind]?.includes(key) && !sameSetting(key, value, found.settings[key]),
  );
  const strange = (CLEARED[object.kind] ?? []).filter((key) => key in found.settings && !(key in object.settings));
  const findings = object.kind === 'storage' ? staysEncrypted(object, found) : [];
  if (differing.length === 0 && strange.length === 0) return { steps: [], findings };
  if (input.site.places === 'opentofu' && PLACES.has(object.kind))
    return { steps: [], findings: [...findings, missingInCode(object, { found })] };
  const clear = strange.filter((key) => !('pool' in object.settings && REPLACED_BY_POOL.includes(key)));
  const because = [
    ...differing.map(([key, value]) => spellChange(key, found.settings[key], value)),
    ...strange.map((key) => spellChange(key, found.settings[key])),
  ];
  const settings: Settings = Object.fromEntries(
    strange.some((key) => REPLACED_BY_POOL.includes(key)) ? withPool(object, differing) : differing,
  );
  return {
    steps: [stepFor(object, { action: 'change', settings, clear, before: found.settings, because: [...new Set(because)].join('; ') })],
    findings,
  };
}

/** Naming the pool again is what makes PVE drop `vmid` and `all`. */
function withPool(object: ManagedObject, differing: readonly [string, Setting][]): readonly [string, Setting][] {
  const pool = object.settings['pool'];
  return pool === undefined || differing.some(([key]) => key === 'pool') ? differing : [...differing, ['pool', pool]];
}

/** Whether an object may be changed: it carries this site's mark, or a person named it. */
export function isMine(found: ExistingObject, { site, adopted }: DiffInput): boolean {
  if (adopted?.has(found.id)) return true;
  return found.ours && (found.mark?.site === undefined || found.mark.site === siteInMark(site.name));
}

/** Jobs of ours that no tier asks for any more. A tier that could not be compiled keeps all it has. */
function removals({ site, desired }: DiffInput, seen: Existing): RawStep[] {
  const wanted = new Set(desired.objects.map(({ kind, server, id }) => `${kind} ${server} ${id}`));
  return seen.all
    .filter(({ kind, ours, mark }) => JOBS.has(kind) && ours && mark?.site === siteInMark(site.name))
    .filter(({ kind, server, id }) => !wanted.has(`${kind} ${server} ${id}`))
    .filter(({ kind, mark }) => (mark?.tier === undefined ? kind === 'traffic-control' : !desired.uncompiled.includes(mark.tier)))
    .map((found) => ({
      action: 'remove',
      kind: found.kind,
      site: site.name,
      server: found.server,
      id: found.id,
      settings: {},
      clear: [],
      before: found.settings,
      because: `the policy has nothing for it any more: ${spellOrigin(found)}`,
    }));
}

function spellOrigin({ mark, kind }: ExistingObject): string {
  return kind === 'traffic-control' ? 'it was made for a limit of this site' : `it was made for tier ${mark?.tier}`;
}

function stepFor(
  object: ManagedObject,
  part: Pick<RawStep, 'action' | 'settings' | 'clear' | 'because'> & { readonly before?: Settings },
): RawStep {
  const { kind, site, server, id } = object;
  return { kind, site, server, id, ...part };
}

function sameSetting(key: string, wanted: Setting, found: Setting | undefined): boolean {
  if (found === undefined) return false;
  if (key === 'fingerprint') return String(wanted).toLowerCase() === String(found).toLowerCase();
  if (Array.isArray(wanted) && Array.isArray(found)) return new Set(wanted).symmetricDifference(new Set(found)).size === 0;
  return wanted === found;
}

/** `schedule 03:00 → 02:00`, `keep-hourly 24 → nothing`; what only says under which policy it was made is not worth its words. */
function spellChange(key: string, from: Setting | undefined, to?: Setting): string {
  if (to !== undefined && (key === 'comment' || key === 'notes-template') && carriesPolicy(from))
    return 'it is marked with the promises as they are now';
  return `${key} ${spellSetting(from)} → ${spellSetting(to)}`;
}

function carriesPolicy(value: Setting | undefined): boolean {
  return /\bpolicy[ =][0-9a-f]{8}(?:, suspended .+)?$/.test(String(value));
}

function spellSetting(value: Setting | undefined): string {
  if (value === undefined || value === '') return 'nothing';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return String(value);
}

/** One finding per place and code: an unreadable list concerns many objects and is told once. */
function onceEach(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [`${finding.code} ${finding.at} ${finding.problem}`, finding])).values()];
}
