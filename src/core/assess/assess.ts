import { sortFindings, type Finding } from '../finding.ts';
import { promisedTier, type Assignment } from '../policy/assign.ts';
import { assignSite } from '../policy/assign-findings.ts';
import { spellSelectors } from '../policy/match.ts';
import type { Policy, Site, Tier } from '../policy/policy.ts';
import { spellDuration, type UnixSeconds } from '../units.ts';
import type { Actual, Guest, Unknown } from '../world/actual.ts';
import type { Assessment, GuestAssessment } from './assessment.ts';
import { endedExceptions, isAccepted, liveExceptions, withoutAcceptedDisks } from './exceptions.ts';
import { stateDisks } from './state-disks.ts';
import { weighFinding } from './weigh.ts';
import type { Surroundings } from './hazards/context.ts';
import { findHazards } from './hazards/hazards.ts';
import { neighboursOf, type Neighbours } from './neighbours.ts';
import { coveringOf } from './covering.ts';
import { freezesOf, isBusy } from './runs.ts';
import { unseenParts } from './hazards/unseen.ts';
import { pointsOf } from './points.ts';
import { tierHere, type TierHere } from './tier-here.ts';
import { rpoVerdict, worse, type Verdict } from './posture.ts';
import { verificationVerdict } from './verification.ts';
import type { JudgedPoint } from './evidence.ts';

export type AssessInput = { readonly policy: Policy; readonly site: Site; readonly actual: Actual; readonly now: UnixSeconds };

/** An observation older than this proves nothing about now. */
const STALE_SECONDS = 3600;

/** How each guest of a site stands against its own tier's promise, with the evidence. Unknown is never green. */
export function assess(input: AssessInput): Assessment {
  const { policy, site, actual, now } = input;
  const known = actual.pve.guests.known ? actual.pve.guests.value : [];
  const { assignments, findings: assigned } = assignSite(policy, { site, now }, known);
  const assignmentByVmid = new Map(assignments.map((assignment) => [assignment.vmid, assignment]));
  const exceptions = liveExceptions(policy, site, now);
  const guests = known.filter(({ template }) => !template).map((guest) => withoutAcceptedDisks(guest, exceptions));
  const tiers = new Map(policy.tiers.map((tier) => [tier.id, tierHere(input, tier)]));
  const tierOf = (vmid: number): Tier | undefined => {
    const assignment = assignmentByVmid.get(vmid);
    return tiers.get((assignment && promisedTier(assignment)) ?? -1)?.tier;
  };
  const jobs = actual.pve.backupJobs.known ? actual.pve.backupJobs.value : [];
  const storages = new Map(actual.pve.storages.known ? actual.pve.storages.value.map((storage) => [storage.id, storage]) : []);
  const guestByVmid = new Map(known.map((guest) => [guest.vmid, guest]));
  const neighbours = neighboursOf(guests);
  const seenRuns = { covering: coveringOf(actual), busy: isBusy(actual), freezes: freezesOf(actual) };
  const exempt = new Set(assignments.filter(({ configured }) => configured.kind === 'exception').map(({ vmid }) => vmid));
  const around: Surroundings = { ...input, guests, guestByVmid, neighbours, tierOf, tiers, exempt, jobs, storages, ...seenRuns };
  const told = [...assigned, ...findHazards(around)].filter((finding) => !isAccepted(finding, exceptions, guestByVmid));
  const findings = sortFindings([...told, ...endedExceptions(policy, site, now)]);
  const byGuest = findingsByGuest(findings);
  const copyLate = findings.filter(({ code }) => code === 'HF-OFFSITE-OLD');
  const assessed = guests.map((guest): GuestAssessment => {
    const assignment = assignmentByVmid.get(guest.vmid)!;
    const about = { ...aboutGuest(site, guest, assignment), findings: (byGuest.get(guest.vmid) ?? []).map(({ code }) => code) };
    const here = tiers.get(promisedTier(assignment) ?? -1);
    return here
      ? judge(
          input,
          { ...about, tier: here.tier.id },
          {
            guest,
            here,
            neighbours,
            findings: [...(byGuest.get(guest.vmid) ?? []), ...copyLate.filter((finding) => finding.tier === here.tier.id)],
          },
        )
      : { ...about, ...withoutPromise(assignment) };
  });
  assessed.sort((a, b) => (a.tier ?? Infinity) - (b.tier ?? Infinity) || a.vmid - b.vmid);
  return {
    site: site.name,
    asOf: actual.asOf,
    timeZone: site.timeZone,
    guests: assessed,
    findings,
    unseen: unseenParts(actual),
    ...(actual.pve.guests.known ? {} : { guestsUnseen: true }),
  };
}

type About = Omit<GuestAssessment, 'posture' | 'because' | 'points'>;

function aboutGuest(site: Site, guest: Guest, { configured }: Assignment): Omit<About, 'findings'> {
  const rule =
    configured.kind === 'unassigned' ? 'no rule claims it' : `rule ${configured.rule.index + 1}: ${spellSelectors(configured.rule)}`;
  return { site: site.name, type: guest.type, vmid: guest.vmid, name: guest.name, rule };
}

function withoutPromise({ configured }: Assignment): Pick<GuestAssessment, 'posture' | 'because' | 'points'> {
  if (configured.kind === 'exception') {
    return {
      posture: 'exempt',
      because: `nothing is promised until ${configured.rule.until}: ${configured.rule.reason ?? 'no reason given'}`,
      points: [],
    };
  }
  if (configured.kind === 'expired')
    return { posture: 'unknown', because: `its exception ended on ${configured.rule.until}; nobody said what holds now`, points: [] };
  return { posture: 'unknown', because: 'no rule says what is promised to it', points: [] };
}

type Judging = { readonly guest: Guest; readonly here: TierHere; readonly neighbours: Neighbours; readonly findings: readonly Finding[] };

function judge({ actual, now }: AssessInput, about: About, { guest, here, neighbours, findings }: Judging): GuestAssessment {
  const { tier, assume, groups, expected } = here;
  if (now - actual.asOf > STALE_SECONDS)
    return { ...about, posture: 'unknown', because: `the site was last looked at ${spellDuration(now - actual.asOf)} ago`, points: [] };
  if (!groups.known) return { ...about, posture: 'unknown', because: spellUnknown(groups.unknown), points: [] };
  if (!guest.configKnown)
    return {
      ...about,
      posture: 'unknown',
      because: 'its configuration could not be read, so nobody knows which disks must be in a point',
      points: [],
    };
  if (stateDisks(guest, neighbours).length === 0)
    return { ...about, posture: 'attention', because: 'it has no disk that a backup could hold', points: [] };
  const kept = pointsOf(guest, neighbours, groups.byName, now);
  const verdicts = kept.map(({ keeper, points }): Verdict => {
    const through = keeper.vmid === guest.vmid ? '' : `kept through ${keeper.type}/${keeper.vmid} ${keeper.name}, which uses its disks: `;
    const createdAt = keeper.createdAt === undefined ? {} : { createdAt: keeper.createdAt };
    const rpo = rpoVerdict({ tier, now, points, ...expected, ...createdAt });
    const verified = verificationVerdict(tier, points, now, assume.queueSeconds + assume.durationSeconds);
    const worst = verified ? worse(rpo, verified) : rpo;
    return { ...worst, because: `${through}${worst.because}` };
  });
  const seen = verdicts.reduce(worse);
  const { points } = kept[verdicts.indexOf(seen)]!;
  const verdict = findings.map(weighFinding).reduce<Verdict>((worst, next) => (next ? worse(worst, next) : worst), seen);
  return { ...about, ...verdict, ...evidence(points, now), points };
}

function evidence(
  points: readonly JudgedPoint[],
  now: UnixSeconds,
): Pick<GuestAssessment, 'exposureSeconds' | 'newestPointAt' | 'verifiedAt'> {
  const newest = points.find((point) => point.usable);
  if (!newest) return {};
  const verifiedAt = Math.max(...points.map((point) => (point.usable ? (point.verifiedAt ?? 0) : 0)));
  return { exposureSeconds: now - newest.at, newestPointAt: newest.at, ...(verifiedAt > 0 ? { verifiedAt } : {}) };
}

function spellUnknown({ what, because, privilege, path }: Unknown): string {
  return `${what} could not be seen: ${because}${privilege ? ` (it takes ${privilege}${path ? ` on ${path}` : ''})` : ''}`;
}

function findingsByGuest(findings: readonly Finding[]): ReadonlyMap<number, readonly Finding[]> {
  const byGuest = new Map<number, Finding[]>();
  for (const finding of findings) {
    if (finding.vmid === undefined) continue;
    const known = byGuest.get(finding.vmid);
    if (known) known.push(finding);
    else byGuest.set(finding.vmid, [finding]);
  }
  return byGuest;
}
