import type { Finding } from '../finding.ts';
import { spellDuration, type UnixSeconds } from '../units.ts';
import type { Guest, Unknown } from '../world/actual.ts';
import type { AssessInput } from './assess.ts';
import { copyVerdict, newestCopyAt } from './copy.ts';
import type { GuestAssessment, PromiseVerdicts } from './assessment.ts';
import type { JudgedPoint } from './evidence.ts';
import type { Neighbours } from './neighbours.ts';
import { newestElsewhere, pointsOf, type OtherPlaces } from './points.ts';
import { rpoVerdict, worse, type Verdict } from './posture.ts';
import { stateDisks } from './state-disks.ts';
import type { TierHere } from './tier-here.ts';
import { verificationVerdict } from './verification.ts';
import { weighFinding } from './weigh.ts';
import { worstPromises } from './worst-promises.ts';

/** An observation older than this proves nothing about now. */
export const STALE_SECONDS = 3600;

export type Judging = {
  readonly guest: Guest;
  readonly here: TierHere;
  readonly neighbours: Neighbours;
  readonly others: OtherPlaces;
  readonly takenBySnapshot: ReadonlyMap<string, readonly string[]>;
  /** Those about the guest, and those about its tier that touch each of its guests. */
  readonly findings: readonly Finding[];
  /** What decides and was not seen. */
  readonly blindSpot: Unknown | undefined;
};

export type Judged = Pick<
  GuestAssessment,
  'posture' | 'because' | 'points' | 'exposureSeconds' | 'newestPointAt' | 'verifiedAt' | 'rpo' | 'promises'
>;

/** How one guest stands against the promise of its tier: the worst of its points, their verification and what was found. */
export function judge(
  { actual, now, promisedSinceAt }: AssessInput,
  { guest, here, neighbours, others, takenBySnapshot, findings, blindSpot }: Judging,
): Judged {
  const { tier, assume, groups, dueAfter, place, copy, ownNodes } = here;
  if (now - actual.asOf > STALE_SECONDS) return unknown(`the site was last looked at ${spellDuration(now - actual.asOf)} ago`);
  if (!groups.known) return unknown(spellUnknown(groups.unknown));
  if (!guest.configKnown) return unknown('its configuration could not be read, so nobody knows which disks must be in a point');
  if (stateDisks(guest, neighbours).length === 0)
    return { posture: 'attention', because: 'it has no disk that a backup could hold', points: [] };
  const kept = pointsOf(guest, neighbours, groups.byName, { now, ownNodes, takenBySnapshot }).map(({ keeper, disks, points }) => {
    const through = keeper.vmid === guest.vmid ? '' : `kept through ${keeper.type}/${keeper.vmid} ${keeper.name}, which uses its disks: `;
    const sinceAt = latest(keeper.createdAt, keeper.arrivedAt, promisedSinceAt?.get(guest.vmid));
    const elsewhere = points.some(({ usable }) => usable)
      ? undefined
      : newestElsewhere({ keeper, disks }, { others, own: place, now, takenBySnapshot });
    const rpo = rpoVerdict({ tier, now, points, dueAfter, ...(sinceAt !== undefined && { sinceAt }), ...(elsewhere && { elsewhere }) });
    const allowanceSeconds = assume.queueSeconds + assume.durationSeconds;
    const verified = verificationVerdict(tier, points, now, allowanceSeconds);
    const copied = copy && copyVerdict(copy, `${keeper.type}/${keeper.vmid}`, { points, now, allowanceSeconds });
    const worst = [rpo, verified, copied].filter((verdict) => verdict !== undefined).reduce(worse);
    const copyAt = copy && newestCopyAt(copy.groups, `${keeper.type}/${keeper.vmid}`);
    const reachesAt = points.findLast(({ usable }) => usable)?.at;
    const promises: PromiseVerdicts = {
      rpo,
      ...(verified && { verify: verified }),
      ...(copy && {
        offsite: { known: copy.groups.known, ...(copyAt !== undefined && { newestAt: copyAt }), ...(copied && { owed: copied }) },
      }),
      ...(reachesAt !== undefined && { reachesAt }),
    };
    const own = keeper.vmid === guest.vmid ? { rpo } : {};
    return {
      verdict: { ...worst, because: `${through}${worst.because}` },
      points,
      newestAt: newestOf(points) ?? elsewhere?.at,
      promises,
      ...own,
    };
  });
  const seen = kept.reduce((worst, next) => (worse(worst.verdict, next.verdict) === worst.verdict ? worst : next));
  const blind: Verdict | undefined = blindSpot && { posture: 'unknown', because: spellUnknown(blindSpot) };
  const verdict = [...findings.map(weighFinding), blind].reduce<Verdict>(
    (worst, next) => (next ? worse(worst, next) : worst),
    seen.verdict,
  );
  const { points, newestAt } = seen;
  const own = kept.find(({ rpo }) => rpo !== undefined)?.rpo;
  const verifiedAt = Math.max(...points.map((point) => (point.usable ? (point.verifiedAt ?? 0) : 0)));
  return {
    ...verdict,
    points,
    ...(newestAt !== undefined && { exposureSeconds: now - newestAt, newestPointAt: newestAt }),
    ...(verifiedAt > 0 && { verifiedAt }),
    ...(own && { rpo: own }),
    ...(blind ? {} : { promises: kept.map(({ promises }) => promises).reduce(worstPromises) }),
  };
}

function unknown(because: string): Judged {
  return { posture: 'unknown', because, points: [] };
}

function newestOf(points: readonly JudgedPoint[]): UnixSeconds | undefined {
  return points.find(({ usable }) => usable)?.at;
}

function latest(...instants: readonly (UnixSeconds | undefined)[]): UnixSeconds | undefined {
  const known = instants.filter((at) => at !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

function spellUnknown({ what, because, privilege, path }: Unknown): string {
  return `${what} could not be seen: ${because}${privilege ? ` (it takes ${privilege}${path ? ` on ${path}` : ''})` : ''}`;
}
