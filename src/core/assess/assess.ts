import { sortFindings, type Finding, type FindingCode } from '../finding.ts';
import { promisedTier, type Assignment } from '../policy/assign.ts';
import { assignSite } from '../policy/assign-findings.ts';
import { spellSelectors } from '../policy/match.ts';
import type { Policy, Site, Tier } from '../policy/policy.ts';
import type { UnixSeconds } from '../units.ts';
import type { Actual, Guest } from '../world/actual.ts';
import type { Assessment, GuestAssessment } from './assessment.ts';
import { endedExceptions, isAccepted, liveExceptions, withoutAcceptedDisks } from './exceptions.ts';
import type { Surroundings } from './hazards/context.ts';
import { findHazards } from './hazards/hazards.ts';
import { neighboursOf } from './neighbours.ts';
import { blindSpotOf } from './blind.ts';
import { coveringOf } from './covering.ts';
import { freezesOf, isBusy } from './runs.ts';
import { unseenParts } from './hazards/unseen.ts';
import { otherPlaces } from './points.ts';
import { judge } from './judge.ts';
import { tierHere, type TierHere } from './tier-here.ts';

export type AssessInput = {
  readonly policy: Policy;
  readonly site: Site;
  readonly actual: Actual;
  readonly now: UnixSeconds;
  /** By vmid, when the tier that holds now began to hold, where the caller remembers: until the first run after it nothing is late. */
  readonly promisedSinceAt?: ReadonlyMap<number, UnixSeconds>;
};

/** Findings about the copy of a whole tier: they touch each of its guests. */
const COPY_CODES: readonly FindingCode[] = ['HF-OFFSITE-NONE', 'HF-OFFSITE-OLD', 'HF-COPY-UNSEEN'];

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
  const aboutCopies = findings.filter(({ code }) => COPY_CODES.includes(code));
  // Where what lies there was seen, each guest's own copy counts, and not the job that brings it.
  const weighing = ({ tier, copy }: TierHere, vmid: number): Finding[] => [
    ...(byGuest.get(vmid) ?? []),
    ...(copy?.groups.known ? [] : aboutCopies.filter((finding) => finding.tier === tier.id)),
  ];
  const others = otherPlaces(actual, site);
  const assessed = guests.map((guest): GuestAssessment => {
    const assignment = assignmentByVmid.get(guest.vmid)!;
    const about = { ...aboutGuest(site, guest, assignment), findings: (byGuest.get(guest.vmid) ?? []).map(({ code }) => code) };
    const here = tiers.get(promisedTier(assignment) ?? -1);
    return here
      ? {
          ...about,
          tier: here.tier.id,
          ...judge(input, {
            guest,
            here,
            neighbours,
            others,
            findings: weighing(here, guest.vmid),
            blindSpot: blindSpotOf(around, guest, here),
          }),
        }
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
