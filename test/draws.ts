/**
 * How a property draws its cases. Every run draws the same ones, so that a change that breaks nothing is never refused by chance;
 * whoever hunts asks for others.
 *
 * `HOLDFAST_SEED=random` draws new cases, and a property that fails prints its seed; `HOLDFAST_SEED=-1352129102` draws those again.
 * `HOLDFAST_RUNS=25` draws 25 times as many.
 */
const asked = process.env['HOLDFAST_SEED'] ?? '20260429';
const seed = asked === 'random' ? {} : { seed: wholeNumber('HOLDFAST_SEED', asked) };

/** So many times as many cases as usual. A test that may take long for that says so with its `timeout`. */
export const TIMES = wholeNumber('HOLDFAST_RUNS', process.env['HOLDFAST_RUNS'] ?? '1');

/** Parameters for `fc.assert`: `numRuns` cases, or as many times that as `HOLDFAST_RUNS` says. */
export function draws(numRuns: number): { readonly numRuns: number; readonly seed?: number } {
  return { numRuns: numRuns * TIMES, ...seed };
}

function wholeNumber(name: string, text: string): number {
  if (!/^-?\d{1,10}$/.test(text)) throw new Error(`${name} is ${JSON.stringify(text)}, not a whole number`);
  return Number(text);
}
