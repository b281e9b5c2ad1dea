import { SITE_INCIDENTS } from './incidents-sites.ts';
import { GUEST_INCIDENTS } from './incidents-guests.ts';
import { STORE_INCIDENTS } from './incidents-stores.ts';
import type { Incident } from './incident.ts';

/** The script of the year: nine days after each other, so that each has its calm before and after. */
export const INCIDENTS: readonly Incident[] = interleave([GUEST_INCIDENTS, SITE_INCIDENTS, STORE_INCIDENTS]);

/** One of each kind in turn: what is alike does not stand together. */
function interleave(lists: readonly (readonly Incident[])[]): Incident[] {
  const longest = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, i) => lists.flatMap((list) => list[i] ?? [])).flat();
}
