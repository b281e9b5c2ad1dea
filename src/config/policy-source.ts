import type { LoadedPolicy, PolicySource } from '#app/ports.ts';
import { hasErrors, sortFindings, type Finding } from '#core/finding.ts';
import { complete } from '#core/policy/draft.ts';
import { decodePolicy } from './decode.ts';
import { readPolicyFiles } from './files.ts';
import { placeOf } from './source.ts';
import { checkShape } from './shape.ts';
import { find, parsePath, type Tree } from './tree.ts';

/** Most findings of one file that are shown; a file with more is not a policy. */
const MOST_FINDINGS = 100;

export type Where = {
  /** `--policy` */
  readonly flag: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
};

/** The policy file: the flag, else HOLDFAST_POLICY, else holdfast.yaml in the working directory. */
export function policyFile({ flag, env }: Where): string {
  return flag ?? (env['HOLDFAST_POLICY'] || 'holdfast.yaml');
}

/** Reads, decodes and checks the policy anew at each call. Findings are complete: everything wrong is found at once. */
export function makePolicySource(where: Where): PolicySource {
  return { load: async () => loadPolicy(policyFile(where), where.cwd) };
}

export function loadPolicy(file: string, cwd: string): LoadedPolicy {
  const { tree, findings } = readPolicyFiles(file, cwd);
  if (!tree) return { file, findings: sortFindings(findings) };
  const shape = checkShape(tree);
  const draft = decodePolicy(tree);
  const all = sortFindings([...findings, ...shape]);
  const policy = hasErrors(all) ? {} : { policy: complete(draft) };
  return { ...policy, file, findings: atMost(all), locate: (path) => locate(tree, path) };
}

function locate(tree: Tree, path: string): ReturnType<NonNullable<LoadedPolicy['locate']>> {
  const { key } = find(tree, parsePath(path));
  return key && placeOf(key);
}

function atMost(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length <= MOST_FINDINGS) return findings;
  const rest = findings.length - MOST_FINDINGS;
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
