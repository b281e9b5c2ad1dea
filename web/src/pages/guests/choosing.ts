import type { GuestRow } from '#server/api/schema/guests.ts';

/** The guests that were chosen for a bulk act, by `keyOf`, and how to choose others. */
export type Choosing = {
  readonly chosen: ReadonlyMap<string, GuestRow>;
  readonly choose: (chosen: ReadonlyMap<string, GuestRow>) => void;
};

export function keyOf({ site, vmid }: { readonly site: string; readonly vmid: number }): string {
  return `${site}/${vmid}`;
}
