import type { Finding } from '#core/finding.ts';
import type { LedgerPoint } from '#core/memory/record.ts';
import { spellSelectors } from '#core/policy/match.ts';
import type { Tier } from '#core/policy/policy.ts';
import { DAY_SECONDS, spellCount, spellDuration, type UnixSeconds } from '#core/units.ts';
import { exposureOf } from '#core/overview/exposure.ts';
import { historyOf, type Happened } from '#core/watch/history.ts';
import { findingKey } from '#core/watch/key.ts';
import type { Guest } from '#core/world/actual.ts';
import { guestActs, type GuestAct } from './guest-acts.ts';
import { storyOf, type GuestStory } from './guest-story.ts';
import { knownGuests, rowOf, type GuestRow } from './guests.ts';
import type { Live } from './live.ts';
import { siteSources, type SiteSource } from './sources.ts';

export type GuestPoint = LedgerPoint & { readonly counts?: { readonly usable: boolean; readonly because?: string } };

export type GuestPage = {
  readonly row: GuestRow;
  readonly source: SiteSource;
  readonly tier?: Tier;
  /** By the last look; absent where it is another replica's, or did not see the guest. */
  readonly told?: GuestStory;
  readonly rule: string;
  readonly otherRules: readonly string[];
  readonly evidence: readonly { readonly source: string; readonly text: string; readonly asOf?: UnixSeconds }[];
  readonly findings: readonly (Finding & { readonly key: string })[];
  /** Oldest first, gone ones too. */
  readonly points: readonly GuestPoint[];
  readonly exposure: readonly { readonly at: UnixSeconds; readonly seconds: number }[];
  /** Newest first. */
  readonly happened: readonly Happened[];
  readonly acts: readonly GuestAct[];
};

const EXPOSURE_SECONDS = 90 * DAY_SECONDS;
const MOST_HAPPENED = 200;

/** Everything that is known of one guest, by the last look and what was written down; undefined where none of it is. Asks no server. */
export async function guestPage(live: Live, siteName: string, vmid: number): Promise<GuestPage | undefined> {
  const { memory, clock } = live;
  const now = clock.now();
  const guest = (await knownGuests(live)).find((one) => one.site === siteName && one.vmid === vmid);
  const source = (await siteSources(live)).find(({ site }) => site === siteName);
  if (!guest || !source) return undefined;
  const told = storyOf(live, siteName, vmid);
  const tier = live.policy().tiers.find(({ id }) => id === guest.tier);
  const ids = new Set([vmid, ...(told?.story.keptThrough ?? []).map((keeper) => keeper.vmid)].map(String));
  const groups = (await memory.groups(siteName)).filter(({ type, id }) => type !== 'host' && ids.has(id));
  const ledger = (await Promise.all(groups.map((group) => memory.groupPoints(group, { gone: true }))))
    .flat()
    .toSorted((a, b) => a.at - b.at);
  const since = now - EXPOSURE_SECONDS;
  const [postures, tasks, lives] = await Promise.all([
    memory.postureHistory(siteName, vmid, since),
    // With the runs that made the points which were the newest as the window begins.
    memory.tasks(siteName, since - (tier ? tier.rpoSeconds + tier.graceSeconds : 0)),
    memory.lives(siteName, since),
  ]);
  const own = lives.filter(({ finding }) => finding.vmid === vmid);
  const points = judged(ledger, told);
  const runs = tasks.filter((task) => task.guests.some((one) => ids.has(String(one.vmid))));
  // The run that made a point says when it could be used at the latest; it is first seen only at the next look.
  const endOf = (at: UnixSeconds): UnixSeconds =>
    runs.find(({ startedAt, endedAt }) => startedAt <= at && at <= endedAt)?.endedAt ?? Infinity;
  return {
    row: rowOf(guest, tier),
    source,
    ...(tier && { tier }),
    ...(told && { told }),
    rule: told?.story.assessment?.rule ?? (tier ? `it has tier ${tier.id}, by what was written down` : 'no rule is known to claim it'),
    otherRules: (told?.story.assignment.others ?? []).map((rule) => `rule ${rule.index + 1}: ${spellSelectors(rule)}`),
    evidence: evidenceOf(told, points, { now, source }),
    findings: (told?.story.findings ?? own.filter(({ state }) => state !== 'resolved').map(({ finding }) => finding)).map((finding) => ({
      ...finding,
      key: findingKey(finding),
    })),
    points,
    exposure: exposureOf(
      points.map(({ at, sizeBytes, goneAt, firstSeenAt, counts }) => ({
        at,
        usable: sizeBytes !== undefined && counts?.usable !== false,
        finishedAt: Math.min(firstSeenAt, endOf(at)),
        ...(goneAt !== undefined && { goneAt }),
      })),
      { since, now },
    ),
    happened: historyOf({ vmid, postures, points: ledger, tasks, lives: own }, since).toReversed().slice(0, MOST_HAPPENED),
    acts: await guestActs(live, told, siteName),
  };
}

/** What the last look says of the points of the ledger: it judges those where the tier keeps them. */
function judged(ledger: readonly LedgerPoint[], told: GuestStory | undefined): GuestPoint[] {
  const { place, assessment } = told?.story ?? {};
  const verdicts = new Map((assessment?.points ?? []).map((point) => [`${point.group} ${point.at}`, point]));
  return ledger.map((point): GuestPoint => {
    const here = place?.pbs === point.server && place.datastore === point.datastore && place.namespace === point.namespace;
    const verdict = here && point.goneAt === undefined ? verdicts.get(`${point.type}/${point.id} ${point.at}`) : undefined;
    if (!verdict) return point;
    return { ...point, counts: verdict.usable ? { usable: true } : { usable: false, because: verdict.because } };
  });
}

function evidenceOf(
  told: GuestStory | undefined,
  points: readonly GuestPoint[],
  { now, source }: { readonly now: UnixSeconds; readonly source: SiteSource },
): GuestPage['evidence'] {
  const there = points.filter(({ goneAt, sizeBytes }) => goneAt === undefined && sizeBytes !== undefined);
  const kept = there.filter(({ notBeforeAt = 0 }) => notBeforeAt > now).length;
  const ledger = {
    source: 'ledger',
    text:
      there.length === 0
        ? 'No point of it is remembered that is still there.'
        : `${spellCount(there.length, 'point')} remembered; of ${kept} the promised date has not come.`,
    ...(source.asOf !== undefined && { asOf: source.asOf }),
  };
  if (!told) return [ledger];
  const { guest, jobs, place, assessment, asOf } = told.story;
  const jobsSaid = jobs
    ? `${spellCount(jobs.enabled.length, 'enabled job')} ${jobs.enabled.length === 1 ? 'takes' : 'take'} it`
    : 'which jobs take it could not be seen';
  const usable = assessment?.points.filter((point) => point.usable) ?? [];
  const [newest] = usable;
  const verified = usable.filter((point) => point.usable && point.verifiedAt !== undefined).length;
  const where = place && `${place.datastore}:${place.namespace} on PBS ${place.pbs}`;
  const none =
    assessment && assessment.posture !== 'unknown'
      ? `No usable point in ${where}.`
      : `Its points in ${where} could not be judged${assessment ? `: ${assessment.because}` : ''}.`;
  const pbs = !where
    ? 'It has no tier, and so no place where its points are looked for.'
    : newest
      ? `${spellCount(usable.length, 'usable point')} in ${where}, ${verified} of them verified there; the newest is ${spellDuration(told.now - newest.at)} old.`
      : none;
  return [{ source: 'PVE', text: `${spellGuest(guest)}; ${jobsSaid}.`, asOf }, { source: 'PBS', text: pbs, asOf }, ledger];
}

function spellGuest({ type, vmid, node, running, pool }: Guest): string {
  return `${type}/${vmid} ${running ? 'runs' : 'is stopped'} on ${node}, ${pool === undefined ? 'in no pool' : `in pool ${pool}`}`;
}
