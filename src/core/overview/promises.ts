import type { PromiseVerdicts } from '../assess/assessment.ts';
import type { Verdict } from '../assess/posture.ts';
import type { TierUse } from '../capacity/growth.ts';
import type { Finding, FindingCode } from '../finding.ts';
import type { PostureRecord } from '../memory/record.ts';
import type { Tier } from '../policy/policy.ts';
import { spellCount, spellDuration, spellSize, type UnixSeconds } from '../units.ts';

/** What is known of one guest that has a tier. */
export type GuestStanding = Pick<PostureRecord, 'site' | 'vmid' | 'name' | 'tier' | 'posture' | 'because'> & {
  /** Absent where the last look did not see it, or another replica looks. */
  readonly promises?: PromiseVerdicts;
  readonly newestPointAt?: UnixSeconds;
};

export type Stands = 'kept' | 'attention' | 'broken' | 'unknown' | 'unproven';

/** One promise of a tier, and how it stands over all its guests. */
export type PromiseStanding = {
  readonly promise: 'rpo' | 'retention' | 'reach' | 'verify' | 'offsite' | 'encryption' | 'lock' | 'rto' | 'drill' | 'budget';
  /** `unproven`: nothing measures it. */
  readonly stands: Stands;
  readonly promised: string;
  /** One sentence: the worst of it, and where that is from. */
  readonly because: string;
  readonly worst?: number;
  readonly limit?: number;
  readonly unit?: 'seconds' | 'bytes';
  readonly worstGuest?: { readonly site: string; readonly vmid: number; readonly name: string };
};

export type PromisesInput = {
  readonly tier: Tier;
  /** All guests of the tier. */
  readonly guests: readonly GuestStanding[];
  /** Those about the tier, its guests, and what touches it. */
  readonly findings: readonly Finding[];
  /** At the site where they send most: a budget is judged at each site by itself. */
  readonly use?: TierUse;
  /** Sites of which not everything was seen: of these nothing good is known but what its guests say. */
  readonly unseenSites: readonly string[];
  readonly now: UnixSeconds;
};

/**
 * How each promise of a tier stands, in words. A guest that could not be seen makes every promise to it unknown; a guest of which only its posture is
 * known keeps them all where that is the best there is, for a posture is the worst of all. What nothing measures is unproven, never kept.
 */
export function promisesOf(given: PromisesInput): readonly PromiseStanding[] {
  const input = { ...given, guests: given.guests.map((guest) => asSeen(guest, given)) };
  const { tier } = input;
  return [
    rpo(input),
    ...(tier.verify ? [verify(input, tier.verify)] : []),
    ...(tier.offsite ? [offsite(input, tier.offsite)] : []),
    byFindings(input, {
      promise: 'retention',
      promised: spellDuration(tier.retentionSeconds),
      breaks: ['HF-POINT-GONE'],
      threatens: ['HF-PRUNE-UNDERCUTS', 'HF-PRUNE-PVE', 'HF-SYNC-VANISH', 'HF-KEEP-NONE', 'HF-LEFTOVER'],
      good: 'no point went before its date, and nothing that was seen would remove one earlier',
    }),
    ...(tier.reachSeconds === undefined ? [] : [reach(input, tier.reachSeconds)]),
    ...(tier.lock
      ? [
          byFindings(input, {
            promise: 'lock',
            promised: 'until the date of each point',
            breaks: ['HF-LOCK-LIFTED'],
            threatens: ['HF-LOCK-FAILED', 'HF-LOCK-LOGIN', 'HF-LOCK-LIMIT', 'HF-LOCK-KEEPS'],
            good: 'nothing stood in the way of protecting each point on its PBS',
          }),
        ]
      : []),
    ...(tier.encryption
      ? [
          byFindings(input, {
            promise: 'encryption',
            promised: 'by a key that PVE holds',
            breaks: ['HF-UNENCRYPTED'],
            threatens: ['HF-KEY-INSIDE'],
            good: 'no point was seen that is not encrypted',
          }),
        ]
      : []),
    ...(tier.budgetBytes === undefined ? [] : [budget(input, tier.budgetBytes)]),
    rto(input),
    ...(tier.drill
      ? [
          {
            promise: 'drill' as const,
            stands: 'unproven' as const,
            promised: `every ${spellDuration(tier.drill.everySeconds)}`,
            because: 'no restore has been rehearsed',
          },
        ]
      : []),
  ];
}

/** That a guest stood well once is no proof that it does, where nobody has looked at its site since. */
function asSeen(guest: GuestStanding, { unseenSites }: PromisesInput): GuestStanding {
  if (guest.promises || guest.posture !== 'protected' || !unseenSites.includes(guest.site)) return guest;
  return { ...guest, posture: 'unknown', because: `not all of ${guest.site} was seen` };
}

const WEIGHT: readonly Stands[] = ['kept', 'attention', 'unknown', 'broken'];

type Judged = { readonly guest: GuestStanding; readonly stands: Stands; readonly because: string };

/** What is said of each guest, worst first; of two alike the one with the smaller id. */
function judge(
  guests: readonly GuestStanding[],
  of: (promises: PromiseVerdicts, guest: GuestStanding) => Verdict | undefined,
): readonly Judged[] {
  return guests
    .map((guest): Judged => {
      if (!guest.promises && guest.posture === 'protected') return { guest, stands: 'kept', because: guest.because };
      if (!guest.promises) return { guest, stands: 'unknown', because: guest.because };
      const verdict = of(guest.promises, guest);
      return { guest, stands: verdict ? STANDS[verdict.posture] : 'kept', because: verdict?.because ?? '' };
    })
    .toSorted((a, b) => WEIGHT.indexOf(b.stands) - WEIGHT.indexOf(a.stands) || a.guest.vmid - b.guest.vmid);
}

const STANDS: Readonly<Record<Verdict['posture'], Stands>> = {
  protected: 'kept',
  attention: 'attention',
  'at-risk': 'attention',
  unknown: 'unknown',
  broken: 'broken',
};

/** The sentence of the worst guest, and how many are as bad or worse than kept. */
function told(list: readonly Judged[], good: string): Pick<PromiseStanding, 'stands' | 'because' | 'worstGuest'> {
  const [worst] = list;
  if (!worst) return { stands: 'unknown', because: 'no guest has this tier, so that nothing proves it' };
  if (worst.stands === 'kept') return { stands: 'kept', because: good };
  const others = list.filter(({ stands }) => stands !== 'kept').length - 1;
  const more = others > 0 ? `, and ${others} more` : '';
  return { stands: worst.stands, because: `${worst.guest.name}: ${worst.because}${more}`, worstGuest: nameOf(worst.guest) };
}

function nameOf({ site, vmid, name }: GuestStanding): NonNullable<PromiseStanding['worstGuest']> {
  return { site, vmid, name };
}

function rpo({ tier, guests, now }: PromisesInput): PromiseStanding {
  const oldest = guests
    .filter(({ newestPointAt }) => newestPointAt !== undefined)
    .reduce<GuestStanding | undefined>((worst, next) => (!worst || next.newestPointAt! < worst.newestPointAt! ? next : worst), undefined);
  const good = oldest
    ? `the oldest newest point is ${spellDuration(now - oldest.newestPointAt!)} old, of ${oldest.name}`
    : 'every guest has a usable point';
  const list = judge(guests, ({ rpo: verdict }) => verdict);
  const standing = told(list, good);
  const worst = standing.worstGuest ? list[0]!.guest : oldest;
  const grace = tier.graceSeconds > 0 ? ` (+${spellDuration(tier.graceSeconds)} grace)` : '';
  return {
    promise: 'rpo',
    promised: `${spellDuration(tier.rpoSeconds)}${grace}`,
    ...standing,
    ...(worst?.newestPointAt === undefined ? {} : { worst: now - worst.newestPointAt, worstGuest: nameOf(worst) }),
    limit: tier.rpoSeconds + tier.graceSeconds,
    unit: 'seconds',
  };
}

function verify({ guests }: PromisesInput, { withinSeconds, everySeconds }: NonNullable<Tier['verify']>): PromiseStanding {
  const within = withinSeconds === undefined ? '' : `within ${spellDuration(withinSeconds)}, `;
  const list = judge(guests, (promises) => promises.verify);
  return {
    promise: 'verify',
    promised: `${within}every ${spellDuration(everySeconds)}`,
    ...told(list, 'the server has read each point that was due'),
  };
}

function offsite({ guests, findings }: PromisesInput, { remote, withinSeconds }: NonNullable<Tier['offsite']>): PromiseStanding {
  const list = judge(guests, ({ offsite: copy }): Verdict | undefined => {
    if (!copy?.known) return { posture: 'unknown', because: `nobody could see what lies at ${remote}` };
    return copy.owed && { posture: 'broken', because: copy.owed.because };
  });
  const blind = findings.find(({ code }) => code === 'HF-COPY-UNSEEN');
  const standing = told(list, `each point that was due lies at ${remote}`);
  return {
    promise: 'offsite',
    promised: `at ${remote} within ${spellDuration(withinSeconds)}`,
    ...(blind && standing.stands === 'kept' ? { stands: 'unknown', because: sentence(blind) } : standing),
  };
}

function reach({ guests, now }: PromisesInput, reachSeconds: number): PromiseStanding {
  const list = judge(guests, ({ reachesAt }): Verdict | undefined => {
    if (reachesAt === undefined) return { posture: 'broken', because: 'there is no point to go back to' };
    if (now - reachesAt >= reachSeconds) return undefined;
    return { posture: 'attention', because: `a restore reaches back ${spellDuration(now - reachesAt)}; it grows, or points are missing` };
  });
  return {
    promise: 'reach',
    promised: spellDuration(reachSeconds),
    ...told(list, 'every guest can be brought back so far'),
    limit: reachSeconds,
    unit: 'seconds',
  };
}

function rto({ tier, findings }: PromisesInput): PromiseStanding {
  const slow = findings.find(({ code }) => code === 'HF-RTO');
  const promised = spellDuration(tier.rtoSeconds);
  const about = { promise: 'rto', promised, limit: tier.rtoSeconds, unit: 'seconds' } as const;
  if (slow) return { ...about, stands: 'broken', because: sentence(slow) };
  return { ...about, stands: 'unproven', because: 'no restore has been measured against it' };
}

function budget(input: PromisesInput, budgetBytes: number): PromiseStanding {
  const { use, findings } = input;
  const about = { promise: 'budget', promised: spellSize(budgetBytes), limit: budgetBytes, unit: 'bytes' } as const;
  const over = findings.find(({ code }) => code === 'HF-BUDGET');
  if (!use || use.guests === 0) return { ...about, stands: 'unknown', because: 'no log of a backup says yet what its guests send' };
  if (over) return { ...about, stands: over.severity === 'error' ? 'broken' : 'attention', because: sentence(over), worst: use.newBytes };
  const away = awayFrom(input);
  if (away !== undefined) return { ...about, stands: 'unknown', because: `not all of ${away} was seen` };
  const because = `${spellSize(use.newBytes)} were sent new by ${spellCount(use.guests, 'guest')}, by the logs of 90 days`;
  return { ...about, stands: 'kept', because, worst: use.newBytes };
}

type Told = {
  readonly promise: PromiseStanding['promise'];
  readonly promised: string;
  readonly breaks: readonly FindingCode[];
  readonly threatens: readonly FindingCode[];
  readonly good: string;
};

/** Promises that hold where nothing was found against them, if all was seen. */
function byFindings(input: PromisesInput, { promise, promised, breaks, threatens, good }: Told): PromiseStanding {
  const { guests, findings } = input;
  const about = { promise, promised };
  const broken = findings.find(({ code, severity }) => breaks.includes(code) && severity === 'error');
  if (broken) return { ...about, stands: 'broken', because: sentence(broken) };
  const blind = guests.find(({ posture, promises }) => posture === 'unknown' && !promises);
  if (blind) return { ...about, stands: 'unknown', because: `${blind.name}: ${blind.because}`, worstGuest: nameOf(blind) };
  const away = awayFrom(input);
  if (away !== undefined) return { ...about, stands: 'unknown', because: `not all of ${away} was seen` };
  if (guests.length === 0) return { ...about, ...told([], good) };
  const found = findings.find(({ code, severity }) => severity !== 'info' && (breaks.includes(code) || threatens.includes(code)));
  return found ? { ...about, stands: 'attention', because: sentence(found) } : { ...about, stands: 'kept', because: good };
}

/** A site with guests of the tier of which not everything was seen. */
function awayFrom({ guests, unseenSites }: PromisesInput): string | undefined {
  return unseenSites.find((site) => guests.some((guest) => guest.site === site));
}

function sentence({ at, problem }: Finding): string {
  return `${at}: ${problem}`;
}
