import { sortFindings, type Finding } from '../finding.ts';
import { promisedTier, type Assignment } from '../policy/assign.ts';
import { assignSite } from '../policy/assign-findings.ts';
import { spellSelectors } from '../policy/match.ts';
import type { Policy, Site } from '../policy/policy.ts';
import type { UnixSeconds } from '../units.ts';
import type { Actual, Guest } from '../world/actual.ts';
import type { Assessment, GuestAssessment } from './assessment.ts';
import { blindSpotOf } from './blind.ts';
import { endedExceptions, isAccepted, liveExceptions } from './exceptions.ts';
import { findHazards } from './hazards/hazards.ts';
import { unseenParts } from './hazards/unseen.ts';
import { judge } from './judge.ts';
import { otherPlaces } from './points.ts';
import { takenBySnapshot } from './runs.ts';
import { surroundings } from './surroundings.ts';

/** What a site is judged by. Whatever is added later is optional: one look and the policy are always enough. */
export type AssessInput = {
  readonly policy: Policy;
  readonly site: Site;
  readonly actual: Actual;
  readonly now: UnixSeconds;
  /** By vmid, when the tier that holds now began to hold, where the caller remembers: until the first run after it nothing is late. */
  readonly promisedSinceAt?: ReadonlyMap<number, UnixSeconds>;
};

/**
 * How each guest of a site stands against its own tier's promise, with the evidence. Unknown is never green.
 *
 * A function of its input alone, so that a caller who looks again and again (the daemon) may compare two answers: the same world gives the
 * same guests in the same order and the same findings, sorted. A guest's posture is the worst of its points (`rpoVerdict`), their
 * verification, its copy, what was found about it, and what was found about something its whole tier rests on (`Finding.touches`).
 * A finding that an exception accepts is in neither.
 */
export function assess(input: AssessInput): Assessment {
  const { policy, site, actual, now } = input;
  const known = actual.pve.guests.known ? actual.pve.guests.value : [];
  const { assignments, findings: assigned } = assignSite(policy, { site, now }, known);
  const exceptions = liveExceptions(policy, site, now);
  const around = surroundings(input, assignments, exceptions);
  const told = [...assigned, ...findHazards(around)].filter((finding) => !isAccepted(finding, exceptions, around.guestByVmid));
  const findings = sortFindings([...told, ...endedExceptions(policy, site, now)]);
  const about = findingsAbout(findings);
  const shared = { neighbours: around.neighbours, others: otherPlaces(input), takenBySnapshot: takenBySnapshot(actual) };
  const assignmentByVmid = new Map(assignments.map((assignment) => [assignment.vmid, assignment]));
  const guests = around.guests.map((guest): GuestAssessment => {
    const assignment = assignmentByVmid.get(guest.vmid)!;
    const here = around.tiers.get(promisedTier(assignment) ?? -1);
    const list = about(guest.vmid, here?.tier.id);
    const row = { ...aboutGuest(site, guest, assignment), findings: [...new Set(list.map(({ code }) => code))] };
    if (!here) return { ...row, ...withoutPromise(assignment) };
    const judged = judge(input, { ...shared, guest, here, findings: list, blindSpot: blindSpotOf(around, guest, here) });
    return { ...row, tier: here.tier.id, ...judged };
  });
  return {
    site: site.name,
    asOf: actual.asOf,
    timeZone: site.timeZone,
    guests: guests.toSorted((a, b) => (a.tier ?? Infinity) - (b.tier ?? Infinity) || a.vmid - b.vmid),
    findings,
    unseen: unseenParts(actual),
    ...(actual.pve.guests.known ? {} : { guestsUnseen: true }),
  };
}

function aboutGuest(
  site: Site,
  guest: Guest,
  { configured }: Assignment,
): Pick<GuestAssessment, 'site' | 'type' | 'vmid' | 'name' | 'rule'> {
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

/** What was found about one guest, and what touches every guest of its tier. */
function findingsAbout(findings: readonly Finding[]): (vmid: number, tier: number | undefined) => readonly Finding[] {
  const byGuest = Map.groupBy(
    findings.filter(({ vmid }) => vmid !== undefined),
    ({ vmid }) => vmid,
  );
  const touching = findings.filter(({ touches }) => touches !== undefined && touches.length > 0);
  return (vmid, tier) => [...(byGuest.get(vmid) ?? []), ...touching.filter(({ touches }) => tier !== undefined && touches!.includes(tier))];
}
