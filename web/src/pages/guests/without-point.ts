import type { GuestRow } from '#server/api/schema/guests.ts';

/** What stands in the place of the newest point where none is known. "none" only where the servers were seen to have none: another replica's guest may have many. */
export function withoutPoint({ ladder: { backedUp } }: Pick<GuestRow, 'ladder'>): string {
  if (backedUp.state === 'no') return 'none';
  return backedUp.state === 'none' ? 'not promised' : 'not known';
}
