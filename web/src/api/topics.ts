import type { Changed } from '#server/api/schema/watch.ts';

/** The first word of every query's key: an event of the daemon names what changed by it, and an act what it changes. */
export type Topic = Changed['topics'][number] | 'session' | 'tokens' | 'users';

export const keys = {
  session: ['session'],
  overview: ['overview'],
  guests: (filter: object) => ['guests', 'list', filter],
  guest: (site: string, vmid: number) => ['guests', 'one', site, vmid],
} as const;
