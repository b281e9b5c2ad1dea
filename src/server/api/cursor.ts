import { z } from 'zod';
import type { SortKey } from '#core/paging.ts';
import { isRefused, refuse, type Refused } from './problem.ts';

const sortKey = z
  .array(z.union([z.string(), z.number()]))
  .min(1)
  .max(10);

/** A place in a list, as an opaque text. */
function spellCursor(key: SortKey): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

function readCursor(cursor: string): SortKey | Refused {
  try {
    return sortKey.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch {
    return refuse('bad-request', { detail: 'query.cursor: this is no cursor of ours', fix: 'send back what stood in "next", or nothing' });
  }
}

/** The page of a list that a query asks for; a cursor that is none of ours is refused. */
export async function paged<T extends { readonly next?: SortKey }>(
  { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
  list: (paging: { readonly after?: SortKey; readonly limit: number }) => Promise<T>,
): Promise<(Omit<T, 'next'> & { readonly next?: string }) | Refused> {
  const after = cursor === undefined ? undefined : readCursor(cursor);
  if (isRefused(after)) return after;
  const { next, ...page } = await list({ limit, ...(after && { after }) });
  return { ...page, ...(next && { next: spellCursor(next) }) };
}
