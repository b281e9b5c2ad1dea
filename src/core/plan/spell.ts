const MOST_LINES = 10;

/** At most ten lines, one for each of the first items, and how many were left out. */
export function spellList<T>(items: readonly T[], spell: (item: T) => string): string[] {
  const lines = items.slice(0, MOST_LINES).map(spell);
  return items.length <= MOST_LINES ? lines : [...lines, `and ${items.length - MOST_LINES} more`];
}
