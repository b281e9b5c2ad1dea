/** A keep-* option of PBS. */
export type KeepUnit = 'last' | 'hourly' | 'daily' | 'weekly' | 'monthly' | 'yearly';

/** In the order in which PBS applies them. @see https://pbs.proxmox.com/docs/maintenance.html#pruning */
export const KEEP_UNITS: readonly KeepUnit[] = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'];

/** What a prune job spares, each a whole number of at least 1. Empty keeps everything, as in PBS itself. */
export type KeepRules = Readonly<Partial<Record<KeepUnit, number>>>;

/** The options that count, in PBS's order: an option of 0 is none. */
export function givenRules(keep: KeepRules): { readonly unit: KeepUnit; readonly slots: number }[] {
  return KEEP_UNITS.flatMap((unit) => ((keep[unit] ?? 0) > 0 ? [{ unit, slots: keep[unit]! }] : []));
}

/** `keep-daily 31, keep-monthly 12`, or `everything`. */
export function spellKeep(keep: KeepRules): string {
  const given = givenRules(keep).map(({ unit, slots }) => `keep-${unit} ${slots}`);
  return given.length === 0 ? 'everything' : given.join(', ');
}

/** Options as a policy file states them: `{ daily: 31, monthly: 12 }`. */
export function keepYaml(keep: KeepRules): string {
  return `{ ${givenRules(keep)
    .map(({ unit, slots }) => `${unit}: ${slots}`)
    .join(', ')} }`;
}

/** Options of a command line, `daily=7,weekly=4` or `keep-daily=7`; the text that is none where one is not. */
export function parseKeep(text: string): { readonly keep: KeepRules } | { readonly bad: string } {
  const keep: Partial<Record<KeepUnit, number>> = {};
  for (const part of text.split(',').map((word) => word.trim())) {
    if (part === '') continue;
    const found = /^(?:keep-)?(last|hourly|daily|weekly|monthly|yearly)=(\d{1,9})$/.exec(part);
    if (!found) return { bad: part };
    keep[found[1] as KeepUnit] = Number(found[2]);
  }
  return { keep };
}
