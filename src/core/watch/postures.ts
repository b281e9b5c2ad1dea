import { POSTURES, type Posture, type Verdict } from '../assess/posture.ts';
import type { Assessment, GuestAssessment } from '../assess/assessment.ts';
import type { PostureRecord } from '../memory/record.ts';
import type { UnixSeconds } from '../units.ts';

/** How a guest stands, with what was known before it could not be seen any more. */
export type Standing = Pick<PostureRecord, 'vmid' | 'name' | 'tier' | 'posture' | 'because'>;

/**
 * How each guest stands after a look, given how each stood before it.
 *
 * While a part of the site is out (`isOutage`), no posture becomes better: what was broken stays broken although now it is unknown, and a
 * guest that is not listed is unknown, not gone. `losses` are what memory adds to what was seen.
 */
export function standings(
  before: readonly PostureRecord[],
  now: Assessment,
  { out, losses = new Map() }: { readonly out: boolean; readonly losses?: ReadonlyMap<number, Verdict> },
): readonly Standing[] {
  const remembered = new Map(before.map((record) => [record.vmid, record]));
  const listed = now.guests.map((seen): Standing => {
    const loss = losses.get(seen.vmid);
    const guest = loss && isBetter(seen.posture, loss.posture) ? { ...seen, ...loss } : seen;
    const old = remembered.get(guest.vmid);
    remembered.delete(guest.vmid);
    return out && old && isBetter(guest.posture, old.posture) ? held(guest, old) : standingOf(guest);
  });
  const others = [...remembered.values()].filter(({ posture }) => posture !== 'gone');
  const absent = others.map((old): Standing => (now.guestsUnseen || out ? unseen(old) : gone(old)));
  return [...listed, ...absent];
}

/** What of `after` is another posture, tier or name than was remembered: only changes are written down. */
export function postureChanges(
  before: readonly PostureRecord[],
  after: readonly Standing[],
  { site, at }: { readonly site: string; readonly at: UnixSeconds },
): PostureRecord[] {
  const remembered = new Map(before.map((record) => [record.vmid, record]));
  return after.flatMap((standing) => {
    const old = remembered.get(standing.vmid);
    const same = old && old.posture === standing.posture && old.tier === standing.tier && old.name === standing.name;
    return same ? [] : [{ site, at, ...standing }];
  });
}

function standingOf({ vmid, name, tier, posture, because }: GuestAssessment): Standing {
  return { vmid, name, ...(tier === undefined ? {} : { tier }), posture, because };
}

function held(guest: GuestAssessment, old: PostureRecord): Standing {
  return { ...standingOf(guest), posture: old.posture, because: `${withoutHeld(old.because)}${HELD}${guest.because}` };
}

function unseen({ vmid, name, tier, posture, because }: PostureRecord): Standing {
  const about = { vmid, name, ...(tier === undefined ? {} : { tier }) };
  if (posture !== 'exempt' && posture !== 'gone' && isBetter('unknown', posture))
    return { ...about, posture, because: `${withoutHeld(because)}${HELD}the site could not be seen` };
  return { ...about, posture: 'unknown', because: 'the site could not be seen' };
}

const HELD = '; since then: ';

/** A site that is out for a day is looked at a hundred times: the sentence does not grow with each. */
function withoutHeld(because: string): string {
  const cut = because.indexOf(HELD);
  return cut < 0 ? because : because.slice(0, cut);
}

function gone({ vmid, name, tier }: PostureRecord): Standing {
  return { vmid, name, ...(tier === undefined ? {} : { tier }), posture: 'gone', because: 'PVE does not list it any more' };
}

/** An exempt guest stands nowhere: nothing is better or worse than that. */
function isBetter(posture: Posture | 'exempt' | 'gone', than: Posture | 'exempt' | 'gone'): boolean {
  const [mine, other] = [POSTURES.indexOf(posture as Posture), POSTURES.indexOf(than as Posture)];
  return mine >= 0 && other >= 0 && mine < other;
}
