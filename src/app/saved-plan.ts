import type { Plan } from '#core/plan/plan.ts';

/** What counts of a plan that was saved: the steps are drawn anew. */
export type SavedPlan = Pick<Plan, 'basedOn'>;

/** A plan as `holdfast plan --out` wrote it, or what is wrong with the text. */
export function readSavedPlan(text: string): { readonly plan: SavedPlan } | { readonly bad: string } {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (error) {
    return { bad: error instanceof Error ? error.message : String(error) };
  }
  if (typeof read !== 'object' || read === null || !('basedOn' in read) || typeof read.basedOn !== 'string')
    return { bad: 'it has no "basedOn"' };
  if (!('steps' in read) || !Array.isArray(read.steps)) return { bad: 'it has no "steps"' };
  return { plan: { basedOn: read.basedOn } };
}
