import { policyVersion } from '../desired/mark.ts';
import { isAccepted, liveExceptions } from '../assess/exceptions.ts';
import { sortFindings, type Finding } from '../finding.ts';
import type { GroupPlace, LedgerPoint } from '../memory/record.ts';
import type { Policy, Site, Tier } from '../policy/policy.ts';
import type { UnixSeconds } from '../units.ts';
import type { Actual, Guest, Snapshot } from '../world/actual.ts';
import { findingKey } from '../watch/key.ts';
import { readClocks, type Clocks } from './clocks.ts';
import { emptiedAtText, goneAtText, lossFindings, MOVED, wentEarly, type Loss } from './gone.ts';
import { lockLiftedFinding } from './lock-findings.ts';
import { notBefore } from './not-before.ts';
import { isEmptied, listedAt, lookAtGroup, tierOfPlace } from './place.ts';
import { ownership } from './ownership.ts';
import { suspects, whoRemoved, type Removals, type Span } from './removed.ts';
import { spellNamespace } from '../world/namespace.ts';

/** A group, and all that is remembered of it: gone points too where memory has them, for one may come back. */
export type RememberedGroup = {
  readonly place: GroupPlace;
  readonly points: readonly LedgerPoint[];
  /** What is remembered of the same place under a name that the site no longer has: it is taken over where the server still lists the point. */
  readonly former?: readonly LedgerPoint[];
};

export type EnterInput = {
  readonly policy: Policy;
  readonly site: Site;
  readonly actual: Actual;
  /** The look before, where there was one since the start: it narrows down when a point went. */
  readonly previous?: Actual;
  readonly now: UnixSeconds;
  /**
   * The groups to compare: `groupsToEnter(actual, previous)`, each with what is remembered of it. At a first look, and after the policy
   * changed, every group that stands there or in memory. They may come in parts; a group that moved is known as moved only where both
   * its places come together.
   */
  readonly groups: readonly RememberedGroup[];
  /** What tasks removed by their logs, of those whose log was read. */
  readonly removals?: Removals;
};

export type Entered = {
  /** Points to write: new ones and those of which something changed, the whole point each time. */
  readonly points: readonly LedgerPoint[];
  /** What went before its date, now or earlier, while the date has not passed. */
  readonly findings: readonly Finding[];
  /** Keys of losses that are over because the points came back. */
  readonly over: readonly string[];
  /** Tasks that may have removed what went early, whose logs would tell. */
  readonly suspects: readonly Suspect[];
};

/** A task of a PBS, by the policy's name of the server. */
export type Suspect = { readonly server: string; readonly upid: string };

/**
 * Compares what a look says of some groups with what is remembered of them. Each new finished point gets its date from the tier whose
 * namespace it lies in; a later policy lengthens that date and never shortens it. A point that its server no longer lists is gone; where it
 * went before its date, that is a finding. What could not be read is not gone. Calling it again with what it returned changes nothing.
 */
export function enter(input: EnterInput): Entered {
  const compared = input.groups.map((group) => compare(input, group));
  const moves = findMoves(compared);
  const settled = compared.map((group) => settle(input, group, moves));
  const isEmpty = (place: GroupPlace): boolean => isEmptied(input.actual, place);
  return {
    points: settled.flatMap(({ points }) => points),
    findings: sortFindings(
      withoutAccepted(input, [
        ...lossFindings(
          settled.flatMap(({ lost }) => lost),
          isEmpty,
        ),
        ...settled.flatMap(({ lifted }) => lifted),
      ]),
    ),
    over: settled.flatMap(({ over }) => over),
    suspects: settled.flatMap(({ suspects }) => suspects),
  };
}

type Compared = {
  readonly place: GroupPlace;
  readonly clocks: Clocks;
  readonly remembered: readonly LedgerPoint[];
  readonly former: readonly LedgerPoint[];
  /** Undefined where the look says nothing of the group's points. */
  readonly listed: readonly Snapshot[] | undefined;
  readonly vanished: readonly LedgerPoint[];
};

function compare({ actual, now }: EnterInput, { place, points, former = [] }: RememberedGroup): Compared {
  const look = lookAtGroup(actual, place);
  const listed = look.state === 'listed' ? look.group.snapshots : look.state === 'absent' ? [] : undefined;
  const there = new Set(listed?.map(({ at }) => at));
  const vanished = listed ? points.filter(({ at, goneAt }) => goneAt === undefined && !there.has(at)) : [];
  return { place, clocks: readClocks(actual, place.server, now), remembered: points, former, listed, vanished };
}

/** Points that vanished in one place and are new in another of the same server: PBS moves a group with all that belongs to it. */
type Moves = ReadonlyMap<string, { readonly from: LedgerPoint; readonly to: GroupPlace }>;

function findMoves(groups: readonly Compared[]): Moves {
  const vanished = new Map(groups.flatMap((group) => group.vanished.map((point) => [pointKey(point, point.at), point] as const)));
  const moves = new Map<string, { readonly from: LedgerPoint; readonly to: GroupPlace }>();
  if (vanished.size === 0) return moves;
  for (const { place, remembered, listed = [] } of groups) {
    const known = new Set(remembered.map(({ at }) => at));
    for (const { at } of listed) {
      const from = vanished.get(pointKey(place, at));
      if (from && !known.has(at)) moves.set(pointKey(place, at), { from, to: place });
    }
  }
  return moves;
}

function pointKey({ server, type, id }: GroupPlace, at: UnixSeconds): string {
  return `${server} ${type}/${id} ${at}`;
}

type Settled = Pick<Entered, 'points' | 'over' | 'suspects'> & { readonly lost: readonly Loss[]; readonly lifted: readonly Finding[] };

function settle(input: EnterInput, group: Compared, moves: Moves): Settled {
  const { policy, site } = input;
  const { place, clocks, remembered, former, listed } = group;
  const tier = tierOfPlace(policy, site, place);
  const gone = group.vanished.map((point) => ({ ...point, goneAt: clocks.middleAt, ...goneBy(input, point, moves) }));
  const byAt = new Map(remembered.map((point) => [point.at, point]));
  const there = listed
    ? listed.map((snapshot) => {
        const own = byAt.get(snapshot.at);
        const known = own ?? moves.get(pointKey(place, snapshot.at))?.from ?? former.find(({ at }) => at === snapshot.at);
        return seen({ place, clocks, now: input.now, tier: promising(policy, own, tier) }, snapshot, known);
      })
    : remembered
        .filter(({ goneAt }) => goneAt === undefined)
        .map((point) => promised(point, { clocks, tier: promising(policy, point, tier) }));
  const points = [...there, ...gone].filter((point) => !same(point, byAt.get(point.at)));
  const returned = new Set(there.map(({ at }) => at));
  const before = remembered.filter(({ at, goneAt }) => goneAt !== undefined && !returned.has(at));
  return {
    points,
    lost: losses(input, group, { gone: [...before, ...gone], there }),
    lifted: lifts(input, group, points),
    over: over(input, group, returned),
    suspects: gone.filter(wentEarly).flatMap((point) => suspectsOf(input, point)),
  };
}

/** What went early and would still have to be there, by the look that missed it. */
function losses(
  input: EnterInput,
  { place, clocks }: Compared,
  { gone, there }: { readonly gone: readonly LedgerPoint[]; readonly there: readonly LedgerPoint[] },
): Loss[] {
  const early = gone.filter((point) => wentEarly(point) && point.notBeforeAt! > clocks.middleAt);
  const left = there.filter(({ sizeBytes }) => sizeBytes !== undefined).length;
  return [...Map.groupBy(early, ({ goneAt }) => goneAt!).values()].map((points) => ({
    site: input.site,
    place,
    points: points.toSorted((a, b) => a.at - b.at),
    left,
    ...guestOf(input, points),
  }));
}

/** Protections of ours, of which we knew that they stood, that are off before their date. */
function lifts({ site, now }: EnterInput, { remembered, clocks }: Compared, changed: readonly LedgerPoint[]): Finding[] {
  const stood = new Set(remembered.filter((point) => point.lockedAt !== undefined && point.protected).map(({ at }) => at));
  const [first, ...more] = changed.filter(
    ({ at, goneAt, protected: set, notBeforeAt = 0 }) => goneAt === undefined && !set && stood.has(at) && notBeforeAt > clocks.middleAt,
  );
  return first ? [lockLiftedFinding(site, [first, ...more], now)] : [];
}

/** A later policy counts only where it still has the tier that promised; where nobody promised yet, the place decides. */
function promising({ tiers }: Policy, known: LedgerPoint | undefined, ofPlace: Tier | undefined): Tier | undefined {
  return known?.tier === undefined ? ofPlace : tiers.find(({ id }) => id === known.tier);
}

function goneBy(input: EnterInput, point: LedgerPoint, moves: Moves): Pick<LedgerPoint, 'goneBy'> {
  const move = moves.get(pointKey(point, point.at));
  if (move) return { goneBy: `${MOVED}${spellNamespace(move.to)}` };
  const server = input.actual.pbs.find(({ name }) => name === point.server);
  const by = server && whoRemoved(server, point, { span: spanOf(input, point), removals: input.removals });
  return by === undefined ? {} : { goneBy: by };
}

function suspectsOf(input: EnterInput, point: LedgerPoint): Suspect[] {
  const tasks = input.actual.pbs.find(({ name }) => name === point.server)?.tasks;
  if (!tasks?.known) return [];
  return suspects(tasks.value, point, spanOf(input, point)).map(({ upid }) => ({ server: point.server, upid: upid.text }));
}

/** From when the look before listed the group, with the point in it. */
function spanOf({ previous, now }: EnterInput, point: LedgerPoint): Span {
  return { afterAt: (previous && listedAt(previous, point)) ?? point.firstSeenAt, untilAt: now };
}

type Seeing = { readonly place: GroupPlace; readonly clocks: Clocks; readonly now: UnixSeconds; readonly tier: Tier | undefined };

function seen({ place, clocks, now, tier }: Seeing, snapshot: Snapshot, known: LedgerPoint | undefined): LedgerPoint {
  const verified = verifiedHere(snapshot);
  if (known && isUnchanged(place, known, snapshot, verified)) return promised(known, { clocks, tier });
  const { sizeBytes } = snapshot;
  const { tier: promisedTier, notBeforeAt, policyVersion: version } = known ?? {};
  const point: LedgerPoint = {
    ...place,
    at: snapshot.at,
    firstSeenAt: known?.firstSeenAt ?? now,
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(promisedTier === undefined ? {} : { tier: promisedTier }),
    ...(notBeforeAt === undefined ? {} : { notBeforeAt }),
    ...(version === undefined ? {} : { policyVersion: version }),
    ...(verified ? { verified } : {}),
    protected: snapshot.protected,
    ...ownership(known, snapshot.protected, now),
  };
  return promised(point, { clocks, tier });
}

/** Read whole by a task of its own server: what a sync brought along counts only where it tells of trouble. */
function verifiedHere({ at, verification }: Snapshot): LedgerPoint['verified'] {
  if (!verification || (verification.state === 'ok' && verification.at < at)) return undefined;
  return { state: verification.state, at: verification.at };
}

/** The one answer for nearly every point of a look, so that it costs nothing more. */
function isUnchanged(place: GroupPlace, known: LedgerPoint, snapshot: Snapshot, verified: LedgerPoint['verified']): boolean {
  return (
    known.goneAt === undefined &&
    known.site === place.site &&
    known.namespace === place.namespace &&
    known.datastore === place.datastore &&
    known.sizeBytes === snapshot.sizeBytes &&
    known.protected === snapshot.protected &&
    (known.lockedAt === undefined || known.protected) &&
    known.verified?.state === verified?.state &&
    known.verified?.at === verified?.at
  );
}

/** The point with its date. One that never finished is no recovery point, and nothing is promised to it. */
function promised(point: LedgerPoint, { clocks, tier }: { readonly clocks: Clocks; readonly tier: Tier | undefined }): LedgerPoint {
  if (!tier || point.sizeBytes === undefined) return point;
  const notBeforeAt = notBefore(point, tier, clocks.latestAt);
  if (notBeforeAt === point.notBeforeAt) return point;
  return { ...point, tier: tier.id, notBeforeAt, policyVersion: versionOf(tier) };
}

const versions = new WeakMap<Tier, string>();

/** The version of a tier's promise: reckoned once, for a first look gives it to every point. */
function versionOf(tier: Tier): string {
  const known = versions.get(tier) ?? policyVersion(tier);
  versions.set(tier, known);
  return known;
}

const FIELDS = ['sizeBytes', 'tier', 'notBeforeAt', 'policyVersion', 'protected', 'lockedAt', 'goneAt', 'goneBy', 'firstSeenAt'] as const;

function same(a: LedgerPoint, b: LedgerPoint | undefined): boolean {
  if (a === b) return true;
  if (!b) return false;
  return FIELDS.every((field) => a[field] === b[field]) && a.verified?.state === b.verified?.state && a.verified?.at === b.verified?.at;
}

/** The guest of that id, unless it is a younger one that only took the id over. */
function guestOf({ actual }: EnterInput, points: readonly LedgerPoint[]): { readonly guest?: Guest } {
  const guests = actual.pve.guests.known ? actual.pve.guests.value : [];
  const guest = guests.find(({ type, vmid }) => type === points[0]!.type && String(vmid) === points[0]!.id);
  return guest && points.some(({ at }) => at >= (guest.createdAt ?? 0)) ? { guest } : {};
}

function withoutAccepted({ policy, site, actual, now }: EnterInput, findings: readonly Finding[]): Finding[] {
  const exceptions = liveExceptions(policy, site, now);
  if (exceptions.length === 0) return [...findings];
  const guests = new Map((actual.pve.guests.known ? actual.pve.guests.value : []).map((guest) => [guest.vmid, guest]));
  return findings.filter((finding) => !isAccepted(finding, exceptions, guests));
}

/** Losses of which nothing is missing any more. */
function over({ site }: EnterInput, { place, remembered }: Compared, returned: ReadonlySet<UnixSeconds>): string[] {
  return [...Map.groupBy(remembered.filter(wentEarly), ({ goneAt }) => goneAt!)]
    .filter(([, points]) => points.every(({ at }) => returned.has(at)))
    .flatMap(([goneAt]) => [goneAtText(site, place, goneAt), emptiedAtText(site, place, goneAt)])
    .map((at) => findingKey({ code: 'HF-POINT-GONE', site: site.name, at }));
}
