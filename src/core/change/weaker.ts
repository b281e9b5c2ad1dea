import type { Exception, Policy } from '../policy/policy.ts';
import { weakerAlerts } from './weaker-alerts.ts';
import { weakerGuests, type Seen } from './weaker-guests.ts';
import { weakerServer } from './weaker-server.ts';
import { weakerSites } from './weaker-sites.ts';
import { weakerAssumptions, weakerTiers } from './weaker-tiers.ts';

/**
 * What a second policy promises less than the first: one plain sentence each, with the value before and after, in the order in which a policy is
 * written. Empty for equal policies and where everything is at least as strict. What cannot be judged (a guest nobody saw, an alert that goes to
 * another address) counts as weaker.
 *
 * It compares promises, not how they are kept: a schedule, a place's name or a login of another kind weakens nothing by itself, and whether a
 * promise still adds up is for the proof to say.
 */
export function weakerThan(before: Policy, after: Policy, seen: Seen): readonly string[] {
  return [
    ...weakerSites(before, after),
    ...weakerTiers(before, after),
    ...weakerGuests(before, after, seen),
    ...weakerAssumptions(before.assume, after.assume, 'the proof of every tier'),
    ...weakerExceptions(before.exceptions ?? [], after.exceptions ?? []),
    ...weakerAlerts(before, after),
    ...weakerServer(before, after),
    ...(before.drills !== undefined && after.drills === undefined ? ['drills: nothing is rehearsed any more'] : []),
  ];
}

/** A deviation that was not accepted before, or not for so long. */
function weakerExceptions(before: readonly Exception[], after: readonly Exception[]): string[] {
  const known = new Map<string, string>();
  for (const exception of before) {
    const key = aboutOf(exception);
    if (exception.until > (known.get(key) ?? '')) known.set(key, exception.until);
  }
  return after.flatMap((exception) => {
    const was = known.get(aboutOf(exception));
    if (was !== undefined && exception.until <= was) return [];
    return [`exception: ${aboutOf(exception)} is accepted until ${exception.until}${was === undefined ? '' : ` instead of ${was}`}`];
  });
}

/** `HF-DISK-LEFT-OUT of guest 101, disk scsi1, at site home` */
function aboutOf({ finding, guest, disk, on, site }: Exception): string {
  return [
    finding,
    ...(guest === undefined ? [] : [`of guest ${guest}`]),
    ...(on === undefined ? [] : [`of ${on}`]),
    ...(disk === undefined ? [] : [`disk ${disk}`]),
    ...(site === undefined ? [] : [`at site ${site}`]),
  ].join(', ');
}
