import type { Meaning } from '../theme/meaning.ts';
import type { IconName } from './icon.tsx';

const DAY = 86_400;

/** How near the end of a store is; with neither an end nor `because`, none is foretold for three years. `because`: why nothing is foretold, which is no good news. */
export function urgency(
  endsAt: number | undefined,
  now: number,
  because: string | undefined,
): { readonly meaning: Meaning; readonly icon: IconName } {
  if (endsAt === undefined)
    return because === undefined ? { meaning: 'protected', icon: 'check' } : { meaning: 'unknown', icon: 'question' };
  if (endsAt - now < 7 * DAY) return { meaning: 'broken', icon: 'cross-octagon' };
  if (endsAt - now < 45 * DAY) return { meaning: 'attention', icon: 'triangle' };
  return { meaning: 'protected', icon: 'check' };
}
