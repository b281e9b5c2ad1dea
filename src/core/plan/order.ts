import type { ObjectKind } from '../desired/desired.ts';
import type { RawStep } from './diff.ts';

/**
 * Within what makes protection stronger: a place before what lies in it, a longer retention before more frequent points that would
 * push old ones out, a job before the guest that moves to it, and pruning last of all.
 */
const STRONGER: readonly string[] = [
  'create pool',
  'create namespace',
  'create storage',
  'change storage',
  'change prune-job',
  'change datastore',
  'create backup-job',
  'change backup-job',
  'create pool-member',
  'create sync-job',
  'change sync-job',
  'create verify-job',
  'change verify-job',
  'create prune-job',
  'create traffic-control',
  'change traffic-control',
];

/** Then what weakens, and removals at the very end: pruning first, for that keeps more, and the jobs that make points last. */
const REMOVED: readonly ObjectKind[] = ['traffic-control', 'prune-job', 'pool-member', 'verify-job', 'sync-job', 'backup-job'];

/**
 * Protection first, removal last. In this order no guest that a job covers is without one at any moment, wherever it is broken off:
 * a job exists and is enabled before a guest moves to its pool, selects another pool only after all moves, and is removed after that.
 */
export function order<S extends RawStep>(steps: readonly S[]): S[] {
  return steps.toSorted(
    (a, b) => rank(a) - rank(b) || compareWords(a.site, b.site) || compareWords(a.server, b.server) || compareIds(a, b),
  );
}

function rank(step: RawStep): number {
  if (step.action === 'remove') return 2000 + REMOVED.indexOf(step.kind);
  if (step.kind === 'backup-job' && step.action === 'change' && 'pool' in step.settings) return 1900;
  const stronger = STRONGER.indexOf(`${step.action} ${step.kind}`);
  return step.weakening === undefined ? stronger : 1000 + stronger;
}

/** Parents before children, `tier-2` before `tier-10`. */
function compareIds(a: RawStep, b: RawStep): number {
  const left = a.id.split(/(\d+)/);
  const right = b.id.split(/(\d+)/);
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = i % 2 === 1 ? Number(left[i]) - Number(right[i]) : compareWords(left[i]!, right[i]!);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function compareWords(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
