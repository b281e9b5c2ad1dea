/**
 * One item of a list in a calendar event: `5` is from 5 to 5, `5..9` from 5 to 9, `5..9/2` every second of them.
 * `5/2` has no end: it is every second value from 5 on, and Proxmox does not stop it where the field ends.
 * A step of 0 means the first value only.
 */
export type FieldItem = { readonly from: number; readonly to: number | undefined; readonly step: number };

/** The values of one field; empty means any. */
export type Field = readonly FieldItem[];

/** Any value, or one of the list's. */
export function matches(field: Field, value: number): boolean {
  return field.length === 0 || field.some((item) => contains(item, value));
}

function contains({ from, to, step }: FieldItem, value: number): boolean {
  if (value < from || (to !== undefined && value > to)) return false;
  return step === 0 ? value === from : (value - from) % step === 0;
}

/**
 * Smallest value of the list above `value`; undefined where there is none. An item without an end always has one, also
 * beyond the field's own end (hour 25 for `0/5` after 20): Proxmox carries it over into the next day as it stands.
 * @see https://git.proxmox.com/?p=proxmox.git;a=blob;f=proxmox-time/src/date_time_value.rs
 */
export function following(field: Field, value: number): number | undefined {
  let next: number | undefined;
  for (const item of field) {
    const candidate = followingIn(item, value);
    if (candidate !== undefined && (next === undefined || candidate < next)) next = candidate;
  }
  return next;
}

function followingIn({ from, to, step }: FieldItem, value: number): number | undefined {
  if (value < from) return from;
  if (step === 0) return undefined;
  const candidate = from + (Math.floor((value - from) / step) + 1) * step;
  return to !== undefined && candidate > to ? undefined : candidate;
}
