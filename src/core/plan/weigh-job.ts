import { spellGuest } from '../desired/findings.ts';
import { spellDuration } from '../units.ts';
import { coverageOf, follow, takes } from './coverage.ts';
import type { RawStep } from './diff.ts';
import type { Surroundings, Weight } from './guard.ts';
import { spellList } from './spell.ts';
import { rulesOf, widestGapSeconds, zoneOf } from './zones.ts';

/** A backup job that goes, or that runs less often, leaves guests with older points. */
export function weighBackupJob(step: RawStep, around: Surroundings): Weight {
  if (step.action === 'remove') return { means: whoTakesThem(step, around), harm: 'weaken' };
  const longer = longerInterval(step, around);
  const means = [...longer, ...redirects(step), ...stops(step)];
  return longer.length > 0 ? { means, harm: 'weaken' } : { means };
}

/** A verify or sync job that goes, runs less often, or reads points again later. */
export function weighCheck(step: RawStep, around: Surroundings): Weight {
  const what = step.kind === 'verify-job' ? 'its points are no longer read again' : 'no further copies are made; those that are there stay';
  if (step.action === 'remove') return { means: [what], harm: 'weaken' };
  const before = step.before?.['outdated-after'];
  const after = step.settings['outdated-after'];
  const later = typeof before === 'number' && typeof after === 'number' && after > before;
  const means = [...longerInterval(step, around), ...(later ? [`a point is read again after ${after} days instead of ${before}`] : [])];
  return means.length > 0 ? { means, harm: 'weaken' } : { means };
}

function longerInterval({ server, before, settings }: RawStep, { site, actual }: Surroundings): string[] {
  const from = before?.['schedule'];
  const to = settings['schedule'];
  if (typeof from !== 'string' || typeof to !== 'string') return [];
  const zone = zoneOf(server, site, actual);
  const rules = rulesOf(zone);
  if (!rules) return [`whether it now waits longer between two runs is not known: the zone ${zone} is not`];
  const gapBefore = widestGapSeconds(from, rules, actual.asOf);
  const gapAfter = widestGapSeconds(to, rules, actual.asOf);
  if (gapAfter <= gapBefore) return [];
  return [
    `it waits up to ${Number.isFinite(gapAfter) ? spellDuration(gapAfter) : 'for ever'} between two runs instead of ${spellDuration(gapBefore)}`,
  ];
}

function redirects({ before, settings }: RawStep): string[] {
  const from = before?.['storage'];
  const to = settings['storage'];
  if (from === undefined || to === undefined) return [];
  return [`points go to storage ${String(to)} from the next run on; those in ${String(from)} stay there`];
}

function stops({ settings, action }: RawStep): string[] {
  return settings['mode'] === 'stop'
    ? [`${action === 'create' ? 'each' : 'from now on each'} guest is shut down while it is backed up`]
    : [];
}

/** Guest by guest, who takes it when the whole plan is carried out. */
function whoTakesThem(step: RawStep, { actual, steps }: Surroundings): string[] {
  const coverage = coverageOf(actual);
  const job = coverage?.jobs.get(step.id);
  if (!coverage || !job || !actual.pve.guests.known) return ['which guests it takes is not known'];
  const taken = actual.pve.guests.value.filter((guest) => takes(job, guest, coverage)).toSorted((a, b) => a.vmid - b.vmid);
  if (taken.length === 0) return ['it takes no guest'];
  const { coverage: after, carryOut } = follow(coverage);
  for (const each of steps) carryOut(each);
  return spellList(taken, (guest) => {
    const others = [...after.jobs]
      .filter(([id, other]) => id !== step.id && takes(other, guest, after))
      .map(([id]) => id)
      .sort((a, b) => (a < b ? -1 : 1));
    return `${spellGuest(guest)}: ${others.length === 0 ? 'in no other job' : `by then in ${others.join(', ')}`}`;
  });
}
