import type { ServerVersion } from '#core/world/actual.ts';

/** Whether a version is at least another. An unknown version has nothing that came later. */
export function atLeast(version: ServerVersion | undefined, ...wanted: readonly number[]): boolean {
  if (!version) return false;
  for (const [i, number] of wanted.entries()) {
    const have = version.numbers[i] ?? 0;
    if (have !== number) return have > number;
  }
  return true;
}

/** Push sync and the `sync-direction` parameter. @see PBS changelog 3.2.11 */
export function knowsPushSync(version: ServerVersion | undefined): boolean {
  return atLeast(version, 3, 2, 11);
}
