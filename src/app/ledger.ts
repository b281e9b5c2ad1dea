import { enter, type Entered, type EnterInput, type RememberedGroup } from '#core/ledger/enter.ts';
import { groupsToEnter, lookAtGroup, placeKey } from '#core/ledger/place.ts';
import type { GroupPlace, LedgerPoint } from '#core/memory/record.ts';
import type { Lease, Memory } from './ports.ts';

export type LedgerInput = Omit<EnterInput, 'groups'> & {
  readonly memory: Pick<Memory, 'groupPoints' | 'points' | 'recordPoints'>;
  readonly lease: Lease;
};

export type LedgerEntered = Entered & {
  readonly outcome: 'entered' | 'lease-lost';
  /** Groups that were compared: those whose locks are to be seen to. */
  readonly places: readonly GroupPlace[];
};

/** Groups compared at once, and points held until they are written ahead: a fleet's first look brings millions. */
const GROUPS_AT_ONCE = 500;
const POINTS_AT_ONCE = 20_000;

/**
 * Holds a look against the ledger. With `previous` only groups that changed since are compared; without it all that stand there and all that
 * are remembered: at a start, and whenever the policy changed, for a longer promise concerns every point. The points that are returned go into the
 * record of the cycle; of very many, some are written ahead, which changes nothing but when: entering them again gives the same.
 */
export async function enterLook(input: LedgerInput): Promise<LedgerEntered> {
  const { memory, lease } = input;
  const entered = { points: [] as LedgerPoint[], findings: [] as Entered['findings'][number][], over: [] as string[] };
  const places: GroupPlace[] = [];
  for await (const groups of input.previous ? changedGroups(input) : allGroups(input)) {
    const { points, findings, over } = enter({ ...input, groups });
    places.push(...groups.map(({ place }) => place));
    entered.points.push(...points);
    entered.findings.push(...findings);
    entered.over.push(...over);
    if (entered.points.length < POINTS_AT_ONCE) continue;
    if ((await memory.recordPoints(lease, entered.points, [])) === 'lease-lost') return { ...entered, places, outcome: 'lease-lost' };
    entered.points = [];
  }
  return { ...entered, places, outcome: 'entered' };
}

async function* changedGroups({ actual, previous, memory }: LedgerInput): AsyncGenerator<RememberedGroup[]> {
  const places = groupsToEnter(actual, previous);
  const groups: RememberedGroup[] = [];
  for (const place of places) groups.push({ place, points: await memory.groupPoints(place, { gone: true }) });
  yield groups;
}

/** First what is remembered, then what nobody knew. Groups that vanished whole come with the latter, for they may have moved there. */
async function* allGroups({ actual, site, memory }: LedgerInput): AsyncGenerator<RememberedGroup[]> {
  const unknown = new Map(groupsToEnter(actual).map((place) => [placeKey(place), place]));
  const aside: RememberedGroup[] = [];
  let batch: RememberedGroup[] = [];
  for await (const group of rememberedGroups(memory, site.name, { gone: true })) {
    unknown.delete(placeKey(group.place));
    if (lookAtGroup(actual, group.place).state === 'absent') aside.push(group);
    else batch.push(group);
    if (batch.length < GROUPS_AT_ONCE) continue;
    yield batch;
    batch = [];
  }
  yield batch;
  const fresh = [...unknown.values()].map((place) => ({ place, points: [] }));
  const moved = new Set(aside.map(({ place }) => guestKey(place)));
  yield [...aside, ...fresh.filter(({ place }) => moved.has(guestKey(place)))];
  const others = fresh.filter(({ place }) => !moved.has(guestKey(place)));
  for (let i = 0; i < others.length; i += GROUPS_AT_ONCE) yield others.slice(i, i + GROUPS_AT_ONCE);
}

function guestKey({ server, type, id }: GroupPlace): string {
  return `${server} ${type}/${id}`;
}

/** The points of a site group by group, whatever the batches in which the memory hands them out. */
export async function* rememberedGroups(
  memory: Pick<Memory, 'points'>,
  site: string,
  options: { readonly gone?: boolean } = {},
): AsyncGenerator<RememberedGroup> {
  let points: LedgerPoint[] = [];
  for await (const batch of memory.points(site, options)) {
    for (const point of batch) {
      const [first] = points;
      if (first && placeKey(first) !== placeKey(point)) {
        yield { place: placeOf(first), points };
        points = [];
      }
      points.push(point);
    }
  }
  if (points[0]) yield { place: placeOf(points[0]), points };
}

function placeOf({ site, server, datastore, namespace, type, id }: GroupPlace): GroupPlace {
  return { site, server, datastore, namespace, type, id };
}
