import type { Observed, Unknown } from '#core/world/actual.ts';
import { ProxmoxError } from '#core/world/proxmox-error.ts';
import { blindSpots, holds, type Rights } from '#core/rights/rights.ts';
import type { UnixSeconds } from '#core/units.ts';

/** What a list needs to be whole: without it the server answers 200 and leaves rows out. */
export type Need = { readonly what: string; readonly privilege: string; readonly path: string };

/** What every part of a look has in common. */
export type Look = {
  readonly asOf: UnixSeconds;
  readonly now: () => UnixSeconds;
  /** Undefined where the server would not say what the login may see. */
  readonly rights: Rights | undefined;
};

/** One part: a fault makes it unknown and hides no other part. `work` notes in `gaps` what its value lacks. */
export async function observePart<T>(look: Look, what: string, work: (gaps: Unknown[]) => Promise<T>): Promise<Observed<T>> {
  const gaps: Unknown[] = [];
  try {
    const value = await work(gaps);
    return { known: true, asOf: look.asOf, complete: gaps.length === 0, value, gaps };
  } catch (error) {
    return { known: false, asOf: look.asOf, unknown: toUnknown(what, error) };
  }
}

/** A list that the server filters by right: empty without the right is unknown, not empty; filled without it is incomplete. */
export async function observeList<T>(
  look: Look,
  need: Need,
  work: (gaps: Unknown[]) => Promise<readonly T[]>,
): Promise<Observed<readonly T[]>> {
  const part = await observePart(look, need.what, work);
  const blind = lacking(look.rights, need);
  if (!part.known || blind.length === 0) return part;
  if (part.value.length === 0) return { known: false, asOf: look.asOf, unknown: blind[0]! };
  return { ...part, complete: false, gaps: [...part.gaps, ...blind] };
}

/** Why a list may lack rows: the right is missing on its path, or on some path below. */
export function lacking(rights: Rights | undefined, need: Need): Unknown[] {
  if (!rights) return [{ what: need.what, kind: 'empty', because: 'the server would not say what the login may see' }];
  if (!holds(rights, need.privilege, need.path)) return [blindness(need, need.path)];
  return blindSpots(rights, need.privilege, need.path).map((path) => blindness(need, path));
}

function blindness({ what, privilege }: Need, path: string): Unknown {
  return { what, kind: 'empty', because: `without ${privilege} on ${path} the server leaves rows out and says nothing`, privilege, path };
}

/** Anything but a ProxmoxError is a bug and goes on its way. */
export function toUnknown(what: string, error: unknown): Unknown {
  if (!(error instanceof ProxmoxError)) throw error;
  const { kind, detail, privilege, path } = error;
  return { what, kind, because: detail, ...(privilege === undefined ? {} : { privilege }), ...(path === undefined ? {} : { path }) };
}

/** Runs `work` over all items, `limit` at a time; results keep the order. */
export async function mapLimited<T, R>(items: readonly T[], limit: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = Array.from({ length: items.length });
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let i = next++; i < items.length; i = next++) results[i] = await work(items[i]!);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
  return results;
}

/** The answer, or undefined where the server gave none; for what is only a help. A bug goes on its way. */
export async function attempt<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof ProxmoxError)) throw error;
    return undefined;
  }
}

/** The value of a part that is known. */
export function known<T>(part: Observed<T> | undefined): T | undefined {
  return part?.known ? part.value : undefined;
}
