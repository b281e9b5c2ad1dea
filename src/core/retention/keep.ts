/** A keep-* option of PBS. */
export type KeepUnit = 'last' | 'hourly' | 'daily' | 'weekly' | 'monthly' | 'yearly';

/** In the order in which PBS applies them. @see https://pbs.proxmox.com/docs/maintenance.html#pruning */
export const KEEP_UNITS: readonly KeepUnit[] = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'];

/** What a prune job spares, each a whole number of at least 1. Empty keeps everything, as in PBS itself. */
export type KeepRules = Readonly<Partial<Record<KeepUnit, number>>>;
