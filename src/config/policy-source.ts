import type { LoadedPolicy, PolicySource } from '#app/ports.ts';
import { hasErrors, sortFindings, type Finding } from '#core/finding.ts';
import { checkPolicy } from '#core/policy/check.ts';
import { complete } from '#core/policy/draft.ts';
import type { UnixSeconds } from '#core/units.ts';
import { decodePolicy } from './decode.ts';
import { policyJsonSchema } from './json-schema.ts';
import { readPolicyFiles, type Overlay } from './files.ts';
import { mask, placeOf } from './source.ts';
import { versionOf } from './version.ts';
import { checkShape } from './shape.ts';
import { findingAt } from './yaml.ts';
import { PolicySchema } from './schema/policy.ts';
import { keysAt } from './walk.ts';
import { find, parsePath, type MapTree, type Tree } from './tree.ts';

/** Most tiers, and most sites, of one policy. */
const MOST_OF_A_KIND = 100;
/** Longest part of a message. */
const LONG = 400;
/** Most findings of one file that are shown; a file with more is not a policy. */
const MOST_FINDINGS = 100;

export type Where = {
  /** `--policy` */
  readonly flag: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Exceptions end: what a policy means depends on the day. */
  readonly now: () => UnixSeconds;
};

/** The policy file: the flag, else HOLDFAST_POLICY, else holdfast.yaml in the working directory. */
export function policyFile({ flag, env }: Where): string {
  return flag ?? (env['HOLDFAST_POLICY'] || 'holdfast.yaml');
}

/** Reads, decodes and checks the policy anew at each call. Findings are complete: everything wrong is found at once. */
export function makePolicySource(where: Where): PolicySource {
  return {
    load: async () => loadPolicy(policyFile(where), where.cwd, where.now()),
    schema: async () => policyJsonSchema(),
  };
}

/** With an `overlay`, as if these texts stood in the files. */
export function loadPolicy(file: string, cwd: string, now: UnixSeconds, overlay?: Overlay): LoadedPolicy {
  const { tree, findings, files } = readPolicyFiles(file, cwd, overlay);
  const read = { file, version: versionOf(files), files: files.map(({ path, text }) => ({ path, text: mask(text) })) };
  return { ...readTree(tree, findings, now), ...read };
}

function readTree(tree: Tree | undefined, findings: readonly Finding[], now: UnixSeconds): Omit<LoadedPolicy, 'file'> {
  if (!tree) return { findings: atMost(sortFindings(findings)) };
  if (tree.kind !== 'map') return { findings: atMost([...findings, noPolicy(tree)]) };
  if (keysAt(PolicySchema).every((key) => !tree.entries.has(key))) return { findings: atMost([...findings, noPolicy(tree)]) };
  const crowd = tooMany(tree);
  if (crowd.length > 0) return { findings: [...findings, ...crowd] };
  const told = new Set(findings.map(({ at }) => at));
  const shape = checkShape(tree).filter(({ at }) => !told.has(at));
  const draft = decodePolicy(tree, shape);
  const isSaid = saidBy([...findings, ...shape]);
  const meaning = checkPolicy(draft, now)
    .filter((finding) => !isSaid(finding))
    .map((finding) => withPlace(tree, finding));
  const all = sortFindings([...findings, ...shape, ...meaning]);
  const policy = hasErrors(all) ? {} : { policy: complete(draft) };
  return { ...policy, findings: atMost(all), locate: (path) => locate(tree, path) };
}

/** What has no value of the right kind has no meaning either: one finding for one mistake. */
function saidBy(shape: readonly Finding[]): (finding: Finding) => boolean {
  const places = new Set(shape.map(({ at }) => at));
  const parts = new Set(shape.map(({ at }) => at.split('.', 1)[0]!));
  return ({ at, code }) => places.has(at) || (code === 'HF-EMPTY' && parts.has(at));
}

/** Every pair of tiers and of sites is looked at, so their number is bounded. */
function tooMany(tree: MapTree): Finding[] {
  return (['tiers', 'sites'] as const).flatMap((key) => {
    const entry = tree.entries.get(key);
    if (entry?.value.kind !== 'map' || entry.value.entries.size <= MOST_OF_A_KIND) return [];
    return [
      findingAt(entry.key, {
        code: 'HF-VALUE',
        at: key,
        problem: `The policy has ${entry.value.entries.size} ${key}, the most that are read are ${MOST_OF_A_KIND}`,
        why: 'a policy with that many cannot be reviewed, and was made by mistake',
        fix: key === 'tiers' ? 'let guests share tiers: a tier is a promise, not a guest' : 'write a policy for each group of sites',
      }),
    ];
  });
}

function noPolicy(tree: Tree): Finding {
  const what = { list: 'a list', scalar: 'a text', map: 'none of the keys of a policy (holdfast, sites, tiers, assign)' }[tree.kind];
  return findingAt(
    { ...tree.span, end: tree.span.start + 1 },
    {
      code: 'HF-VALUE',
      problem: `The file holds ${what}${tree.kind === 'map' ? '' : '; a policy is a map of keys and values'}`,
      why: 'without a policy nothing is promised, and nothing can be proved',
      fix: 'name the policy file, or see the preset for an example:\n    holdfast init --preset adr-005',
    },
  );
}

/** Meaning is checked without knowledge of files; here each finding gets its line. */
function withPlace(tree: Tree, finding: Finding): Finding {
  const place = locate(tree, finding.at);
  return place ? { ...finding, place } : finding;
}

function locate(tree: Tree, path: string): ReturnType<NonNullable<LoadedPolicy['locate']>> {
  const { tree: value, key, whole } = find(tree, parsePath(path));
  if (whole && value.kind === 'scalar' && value.value !== null) return placeOf(value.span);
  return key && placeOf(key);
}

/** Nobody reads a value of a hundred thousand characters; its beginning tells which one is meant. */
function brief(finding: Finding): Finding {
  const { at, problem, fix } = finding;
  if (at.length + problem.length + fix.length < LONG) return finding;
  const cut = (text: string): string => (text.length > LONG ? `${text.slice(0, LONG)}…` : text);
  const cutQuotes = (text: string): string => text.replaceAll(/"([^"]{80})[^"]+"/g, '"$1…"');
  return { ...finding, at: cut(at), problem: cut(cutQuotes(problem)), fix: cutQuotes(fix).split('\n').map(cut).join('\n') };
}

function atMost(all: readonly Finding[]): readonly Finding[] {
  const findings = all.slice(0, MOST_FINDINGS + 1).map(brief);
  if (all.length <= MOST_FINDINGS) return findings;
  const rest = all.length - MOST_FINDINGS;
  const last = findings[MOST_FINDINGS]!;
  const more: Finding = {
    severity: 'error',
    code: 'HF-MORE',
    at: last.at,
    problem: `${rest} more findings are not shown`,
    why: 'a file with that many is something else than a policy, or one mistake made all of them',
    fix: 'correct the first ones and check again',
  };
  return [...findings.slice(0, MOST_FINDINGS), more];
}
