import type { Plan } from '#core/plan/plan.ts';

/** A plan as `holdfast plan --out` wrote it, or what is wrong with the text. Only what it is based on counts: the steps are drawn anew. */
export function readSavedPlan(text: string): { readonly plan: Plan } | { readonly bad: string } {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (error) {
    return { bad: error instanceof Error ? error.message : String(error) };
  }
  if (typeof read !== 'object' || read === null || !('basedOn' in read) || typeof read.basedOn !== 'string')
    return { bad: 'it has no "basedOn"' };
  if (!('steps' in read) || !Array.isArray(read.steps)) return { bad: 'it has no "steps"' };
  return { plan: read as unknown as Plan };
}
