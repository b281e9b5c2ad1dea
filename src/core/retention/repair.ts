import type { Tier } from '../policy/policy.ts';
import { spellExact } from '../units.ts';
import { keepYaml, spellKeep } from './keep.ts';
import { chancesOf, type Fix, type Given, type Proof, type Weighed } from './proof.ts';
import { solveSchedule } from './solve-schedule.ts';
import { zoneFrom } from './timeline.ts';

type Weigh = (tier: Tier, given: Given) => Weighed;
type Candidate = Pick<Fix, 'text' | 'tier'>;

/** The first change that is proved to mend a broken promise and to break none that held. */
export function fixFor(
  proof: Proof,
  { tier, given, before, weigh }: { readonly tier: Tier; readonly given: Given; readonly before: Weighed; readonly weigh: Weigh },
): Candidate | undefined {
  const held = new Set(before.proofs.filter(({ holds }) => holds).map(({ promise }) => promise));
  return candidatesFor(proof, tier, given, weigh).find((candidate) => {
    const after = weigh(candidate.tier, given);
    const mended = after.proofs.find(({ promise }) => promise === proof.promise)?.holds ?? proof.promise === 'stated-keep';
    return mended && after.subjects.every((subject) => subject !== 'schedule' && !held.has(subject.promise));
  });
}

/** A schedule with which everything can be proved again. */
export function scheduleFix(tier: Tier, given: Given, weigh: Weigh): Candidate | undefined {
  const schedule = scheduleFor(tier, given);
  if (schedule === undefined) return undefined;
  const changed = { ...tier, schedule };
  if (weigh(changed, given).subjects.some((subject) => subject === 'schedule' || subject.promise === 'rpo')) return undefined;
  return { text: `run it as often as the RPO asks:\n    schedule: "${schedule}"`, tier: changed };
}

function scheduleFor(tier: Tier, given: Given): string | undefined {
  const zones = given.timeZones.flatMap((timeZone) => zoneFrom(timeZone, given.fromAt) ?? []);
  if (zones.length < given.timeZones.length) return undefined;
  const allowed = tier.rpoSeconds + (given.strict ? 0 : tier.graceSeconds);
  return solveSchedule(allowed, chancesOf(given.assume, tier), { zones, fromAt: given.fromAt }, tier.schedule);
}

function candidatesFor(proof: Proof, tier: Tier, given: Given, weigh: Weigh): Candidate[] {
  const { keep: _, ...computed } = tier;
  const hours = (seconds: number): number => Math.ceil(seconds / 3600) * 3600;
  switch (proof.promise) {
    case 'rpo': {
      const schedule = scheduleFor(tier, given);
      const worst = hours(proof.worstSeconds ?? 0);
      const more = schedule === undefined ? [] : moreOften({ ...tier, schedule }, { ...computed, schedule }, given, weigh);
      return [...more, { text: `promise what is true:\n    rpo: ${spellExact(worst)}`, tier: { ...tier, rpoSeconds: worst } }];
    }
    case 'stated-keep': {
      const { statedKeep: _stated, ...unstated } = tier;
      const { keep } = weigh(unstated, given);
      if (!keep) return [];
      return [
        {
          text: `remove \`stated.keep\`; Holdfast sets ${spellKeep(keep)} itself, with which no point goes before its date`,
          tier: unstated,
        },
      ];
    }
    case 'retention':
    case 'reach':
    case 'delete-after': {
      const { keep } = weigh(computed, given);
      const fixed =
        keep && tier.keep
          ? [
              {
                text: `set the values that were proved (or remove the line, and Holdfast computes them):\n    keep: ${keepYaml(keep)}`,
                tier: { ...tier, keep },
              },
            ]
          : [];
      return [...fixed, ...truer(proof, tier, given, weigh)];
    }
    case 'verify-within':
    case 'verify-every': {
      const verify = {
        withinSeconds: hours(Math.max(tier.verify?.withinSeconds ?? 0, busy(tier, given) + 7200)),
        everySeconds: Math.max(tier.verify!.everySeconds, hours(busy(tier, given)) + 3 * 86_400),
      };
      return [
        {
          text: `promise what a job can keep:\n    verify: { within: ${spellExact(verify.withinSeconds)}, every: ${spellExact(verify.everySeconds)} }`,
          tier: { ...tier, verify },
        },
      ];
    }
    case 'offsite-within':
    default: {
      const offsite = tier.offsite!;
      const { schedule: _schedule, ...derived } = offsite;
      const withinSeconds = hours(Math.max(offsite.withinSeconds, proof.worstSeconds ?? busy(tier, given) + 7200));
      return [
        { text: 'remove `offsite.schedule`; Holdfast then chooses one that comes in time', tier: { ...tier, offsite: derived } },
        {
          text: `promise what is true:\n    within: ${spellExact(withinSeconds)}`,
          tier: { ...tier, offsite: { ...derived, withinSeconds } },
        },
      ];
    }
  }
}

function moreOften(changed: Tier, computed: Tier, given: Given, weigh: Weigh): Candidate[] {
  const line = `run more often:\n    schedule: "${changed.schedule}"`;
  if (!changed.keep) return [{ text: line, tier: changed }];
  const { keep } = weigh(computed, given);
  const both = keep ? [{ text: `${line}\n    keep: ${keepYaml(keep)}`, tier: { ...changed, keep } }] : [];
  return [{ text: line, tier: changed }, ...both];
}

/** Promises as they can be kept with the keep values that the rest asks for. */
function truer(proof: Proof, tier: Tier, given: Given, weigh: Weigh): Candidate[] {
  const up = (seconds: number): number => Math.ceil(seconds / 86_400) * 86_400;
  const down = (seconds: number): number => Math.floor(seconds / 86_400) * 86_400;
  if (proof.promise === 'reach' && proof.worstSeconds !== undefined) {
    const reachSeconds = down(proof.worstSeconds);
    return [{ text: `promise what is true:\n    reach: ${spellExact(reachSeconds)}`, tier: { ...tier, reachSeconds } }];
  }
  if (tier.deleteAfterSeconds === undefined) return [];
  const { deleteAfterSeconds: _, ...open } = tier;
  const { keep } = weigh(open, given);
  if (!keep) return [];
  const longest = weigh({ ...tier, keep }, given).proofs.find(({ promise }) => promise === 'delete-after');
  if (longest?.worstSeconds === undefined) return [];
  const deleteAfterSeconds = up(longest.worstSeconds);
  return [{ text: `promise what is true:\n    deleteAfter: ${spellExact(deleteAfterSeconds)}`, tier: { ...tier, deleteAfterSeconds } }];
}

function busy(tier: Tier, given: Given): number {
  const { queueSeconds, durationSeconds } = chancesOf(given.assume, tier);
  return queueSeconds + durationSeconds;
}
