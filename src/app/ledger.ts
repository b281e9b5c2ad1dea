import type { RememberedGroup } from '#core/ledger/enter.ts';
import { groupOf, placeKey } from '#core/ledger/place.ts';
import type { LedgerPoint } from '#core/memory/record.ts';
import type { Memory } from './ports.ts';

/** The points of a site group by group, whatever the batches in which the memory hands them out. */
export async function* rememberedGroups(
  memory: Pick<Memory, 'points'>,
  site: string,
  options: { readonly gone?: boolean } = {},
): AsyncGenerator<RememberedGroup> {
  let points: LedgerPoint[] = [];
  for await (const batch of memory.points(site, options)) {
    for (const point of batch) {
      const [first] = points;
      if (first && placeKey(first) !== placeKey(point)) {
        yield { place: groupOf(first), points };
        points = [];
      }
      points.push(point);
    }
  }
  if (points[0]) yield { place: groupOf(points[0]), points };
}
