import type { Paint } from '../out.ts';
import { lockedLines } from './check.ts';
import { findingsText } from './finding.ts';
import { wrap } from './wrap.ts';
import { spellSolution, type Solution, type Solved } from '#app/solve.ts';
import { findingJson } from '#core/finding.ts';
import { spellExact } from '#core/units.ts';

/** For each promise the cheapest way to keep it, its worst case, and how that compares with what the policy has. */
export function solvedText({ solutions, findings, strict }: Solved, paint: Paint, width: number): string {
  const told = findings.length === 0 ? [] : [findingsText(findings, paint, width)];
  return [...solutions.map((solution) => solutionText(solution, { strict, paint, width })), ...told].join('\n\n');
}

function solutionText(
  solution: Solution,
  { strict, paint, width }: { readonly strict: boolean; readonly paint: Paint; readonly width: number },
): string {
  const { id, name, promised, proof, now, schedule, keep } = solution;
  const grace = !strict && promised.graceSeconds > 0 ? ` + ${spellExact(promised.graceSeconds, ' ')} grace` : '';
  const wishes = [
    `RPO ${spellExact(promised.rpoSeconds, ' ')}${grace}`,
    `retention ${spellExact(promised.retentionSeconds, ' ')}`,
    ...(promised.reachSeconds === undefined ? [] : [`reach ${spellExact(promised.reachSeconds, ' ')}`]),
    ...(promised.deleteAfterSeconds === undefined ? [] : [`gone by ${spellExact(promised.deleteAfterSeconds, ' ')}`]),
  ];
  const head = `${paint.bold(id === 0 ? 'Promise' : `Tier ${id}  ${name}`)}  ${paint.dim(wishes.join(', '))}`;
  const found = schedule && keep ? paint.green(spellSolution({ schedule, keep })) : paint.red(spellSolution(solution));
  const points = proof?.pointsKept ? `  (${proof.pointsKept.usual} points, ${proof.pointsKept.most} at most)` : '';
  const worst = (proof?.proofs ?? []).map(({ holds, worst: text }) =>
    wrap(`${holds ? '✓' : '✗'} ${text}`, { width, indent: 4, hanging: 2 }),
  );
  const same = now && now.schedule === schedule && JSON.stringify(now.keep) === JSON.stringify(keep);
  const compare = now ? [`  ${same ? 'as it is now' : `now: ${spellSolution(now)}${now.holds ? '' : paint.red(' (does not hold)')}`}`] : [];
  const locked = lockedLines(proof?.pointsKept).map((line) => wrap(line, { width, indent: 4 }));
  return [head, `  cheapest: ${found}${points}`, ...locked, ...worst, ...compare].join('\n');
}

export function solvedJson({ solutions, findings }: Solved): unknown {
  return {
    solutions: solutions.map(({ id, name, schedule, keep, now, proof }) => ({
      id,
      name,
      schedule: schedule ?? null,
      keep: keep ?? null,
      pointsKept: proof?.pointsKept ?? null,
      now: now ?? null,
      proofs: (proof?.proofs ?? []).map(({ promise, holds, worst, worstSeconds, counterexample }) => ({
        promise,
        holds,
        worst,
        worstSeconds: worstSeconds ?? null,
        counterexample: counterexample ?? null,
      })),
    })),
    findings: findings.map(findingJson),
  };
}
