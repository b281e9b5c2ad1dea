/** By what a list is ordered: parts in turn, the last of them unlike in every item. */
export type SortKey = readonly (string | number)[];

export type Page<T> = { readonly items: readonly T[]; readonly next?: SortKey; readonly total: number };

/**
 * One page of a list that may change between two pages: it goes on after a key, not after a count, so that what was there all the time comes exactly
 * once, whatever came or went meanwhile.
 *
 * @param after  the last key of the page before; it need not stand in the list any more
 */
export function pageAfter<T>(
  items: readonly T[],
  keyOf: (item: T) => SortKey,
  { after, limit }: { readonly after?: SortKey; readonly limit: number },
): Page<T> {
  const sorted = items.map((item) => ({ item, key: keyOf(item) })).sort((a, b) => compareKeys(a.key, b.key));
  const start = after === undefined ? 0 : firstAfter(sorted, after);
  const page = sorted.slice(start, start + limit);
  const last = page.at(-1);
  const more = start + limit < sorted.length;
  return { items: page.map(({ item }) => item), total: sorted.length, ...(more && last && { next: last.key }) };
}

function firstAfter(sorted: readonly { readonly key: SortKey }[], after: SortKey): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareKeys(sorted[middle]!.key, after) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Numbers before texts; texts by their code units, so that every process sorts alike. */
export function compareKeys(a: SortKey, b: SortKey): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [left, right] = [a[i]!, b[i]!];
    if (left === right) continue;
    if (typeof left !== typeof right) return typeof left === 'number' ? -1 : 1;
    return left < right ? -1 : 1;
  }
  return a.length - b.length;
}
