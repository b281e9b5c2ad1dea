import { apply, type Applied, type ApplyOptions } from './apply.ts';
import type { Ports } from './ports.ts';

export type AdoptOptions = Omit<ApplyOptions, 'saved' | 'adopted'> & { readonly ids: readonly string[] };

/**
 * Takes over jobs made by hand, with the plan that makes what takes their place: first the places and jobs of the tiers, then the old
 * jobs go, and only those no guest leans on any more; the others wait for their name. A job that has the id of one of Holdfast's is
 * taken over in place. Points that the old jobs made stay where they are.
 */
export async function adopt(ports: Ports, { ids, ...options }: AdoptOptions): Promise<Applied> {
  return apply(ports, { ...options, adopted: new Set(ids) });
}
