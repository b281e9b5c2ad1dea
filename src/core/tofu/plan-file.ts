import type { Finding } from '../finding.ts';

/** What a plan does to one resource; `forget` lets go of it without touching what it stands for. */
export type Action = 'no-op' | 'create' | 'read' | 'update' | 'delete' | 'forget';

export type Values = Readonly<Record<string, unknown>>;

/** One resource in a plan, as `show -json` writes it. Values are whatever the file holds: readers check each they use. */
export type Change = {
  readonly address: string;
  readonly type: string;
  readonly actions: readonly Action[];
  /** Absent where there was, or will be, nothing. */
  readonly before?: Values;
  readonly after?: Values;
  /** `true` where a value is known after apply only. */
  readonly unknown: Values;
};

/** A plan of OpenTofu or Terraform, reduced to the provider's resources. */
export type TofuPlan = {
  readonly changes: readonly Change[];
  /** What was changed outside since the last apply, as far as this plan noticed. */
  readonly drift: readonly Change[];
};

export type ReadPlan = { readonly ok: true; readonly plan: TofuPlan } | { readonly ok: false; readonly finding: Finding };

/** The largest plan that is read: some ten thousand guests. */
const MOST_CHARACTERS = 256 * 2 ** 20;
const MOST_RESOURCES = 200_000;
const ACTIONS: ReadonlySet<string> = new Set<Action>(['no-op', 'create', 'read', 'update', 'delete', 'forget']);

/**
 * Reads what `tofu show -json PLAN` prints. What is no such text is a finding, never a guess: a plan that was not understood must
 * not pass a gate. Format 1 of OpenTofu and Terraform; fields that are not known are left alone.
 * @see https://opentofu.org/docs/internals/json-format/
 */
export function readTofuPlan(text: string, file: string): ReadPlan {
  const refuse = (problem: string): ReadPlan => ({ ok: false, finding: unreadable(file, problem) });
  if (text.length > MOST_CHARACTERS) return refuse(`It has ${text.length} characters; a plan has at most ${MOST_CHARACTERS}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse('It is no JSON');
  }
  if (!isValues(value)) return refuse('It is no JSON object');
  const format = value['format_version'];
  if (typeof format !== 'string' || !/^1\.\d+$/.test(format))
    return refuse(`Its format_version is ${spell(format)}, and only format 1 is known`);
  if (value['errored'] === true) return refuse('It is the plan of a run that failed, and not whole');
  const rows = value['resource_changes'];
  if (rows === undefined) return refuse(value['values'] === undefined ? 'It has no resource_changes' : 'It is a state, not a plan');
  if (!Array.isArray(rows) || rows.length > MOST_RESOURCES) return refuse('Its resource_changes are no list of resources');
  const drift = value['resource_drift'] ?? [];
  if (!Array.isArray(drift) || drift.length > MOST_RESOURCES) return refuse('Its resource_drift is no list of resources');
  const changes = rows.map(readChange);
  if (changes.includes('broken')) return refuse('One of its resource_changes lacks an address, a type or its actions');
  return { ok: true, plan: { changes: ours(changes), drift: ours(drift.map(readChange)) } };
}

function ours(changes: readonly (Change | 'broken')[]): Change[] {
  return changes.filter(
    (change): change is Change => change !== 'broken' && change.type.startsWith('proxmox_') && !change.actions.includes('read'),
  );
}

function readChange(row: unknown): Change | 'broken' {
  if (!isValues(row) || !isValues(row['change'])) return 'broken';
  const { address, type, mode } = row;
  const { actions, before, after, after_unknown: unknown } = row['change'];
  if (typeof address !== 'string' || typeof type !== 'string') return 'broken';
  if (!Array.isArray(actions) || actions.length === 0 || !actions.every((one): one is Action => ACTIONS.has(one as string)))
    return 'broken';
  return {
    address,
    type: mode === 'data' ? `data.${type}` : type,
    actions,
    ...(isValues(before) ? { before } : {}),
    ...(isValues(after) ? { after } : {}),
    unknown: isValues(unknown) ? unknown : {},
  };
}

/** Whether a part of the JSON is an object, as the values of a resource are; lists and null are not. */
export function isValues(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function spell(value: unknown): string {
  return typeof value === 'string' ? `"${value.slice(0, 40)}"` : 'missing';
}

function unreadable(file: string, problem: string): Finding {
  return {
    severity: 'error',
    code: 'HF-TOFU-PLAN',
    at: file,
    problem,
    why: 'a plan that is not understood may take protection from anybody, and nobody would see it',
    fix: `write it anew, and give that file:\n    tofu plan -out tofu.plan && tofu show -json tofu.plan > plan.json`,
  };
}
