import type { Finding, FindingCode } from '../finding.ts';
import type { Tier } from '../policy/policy.ts';
import { spellExact } from '../units.ts';
import type { Chances } from './fall.ts';
import { spellKeep } from './keep.ts';
import type { Promise, Proof } from './proof.ts';
import type { NoTimeline } from './timeline.ts';
import { minutes } from './scenario.ts';

type Words = {
  readonly code: FindingCode;
  readonly path: string;
  readonly problem: (tier: Tier, proof: Proof) => string;
  readonly why: string;
  readonly fix: string;
};

const said = (seconds: number | undefined): string => (seconds === undefined ? 'without end' : spellExact(seconds, ' '));

const WORDS: Readonly<Record<Promise, Words>> = {
  rpo: {
    code: 'HF-RPO',
    path: 'rpo',
    problem: ({ schedule }, { worstSeconds, promisedSeconds, graceSeconds }) =>
      `"${schedule}" lets data get ${said(worstSeconds)} old; the RPO is ${said(promisedSeconds)}${graceSeconds ? ` with ${said(graceSeconds)} grace` : ' with no grace'}`,
    why: 'a disk lost at that moment takes more work with it than was promised',
    fix: 'promise what is true, or run more often',
  },
  retention: {
    code: 'HF-RETENTION',
    path: 'keep',
    problem: ({ keep }, { worstSeconds, promisedSeconds }) =>
      `${spellKeep(keep ?? {})} lets a point go at ${said(worstSeconds)}; the retention is ${said(promisedSeconds)}`,
    why: 'a restore to a date that was promised finds nothing',
    fix: 'remove `keep`: Holdfast then computes it from the retention',
  },
  'stated-keep': {
    code: 'HF-RETENTION',
    path: 'stated.keep',
    problem: ({ statedKeep }, { worstSeconds, promisedSeconds }) =>
      `The stated ${spellKeep(statedKeep ?? {})} lets a point go at ${said(worstSeconds)}; the retention is ${said(promisedSeconds)}`,
    why: 'whoever follows the decision record to the letter loses points before their date',
    fix: 'remove `stated.keep`: Holdfast computes the values from the retention',
  },
  reach: {
    code: 'HF-REACH',
    path: 'reach',
    problem: (_, { worstSeconds, promisedSeconds }) =>
      `A restore reaches ${said(worstSeconds)} back at the worst moment; ${said(promisedSeconds)} is promised`,
    why: 'damage that is noticed late can no longer be undone',
    fix: 'promise what is true',
  },
  'delete-after': {
    code: 'HF-DELETE-AFTER',
    path: 'deleteAfter',
    problem: (_, { worstSeconds, promisedSeconds }) =>
      `A point may stay ${said(worstSeconds)}; it is to be gone by ${said(promisedSeconds)}`,
    why: 'data is still there after the day on which it had to be deleted',
    fix: 'promise what is true',
  },
  'verify-within': {
    code: 'HF-VERIFY-LATE',
    path: 'verify.within',
    problem: (_, { promisedSeconds }) => `No verify job reads every new point within ${said(promisedSeconds)}`,
    why: 'a point that cannot be read is found out later than promised',
    fix: 'promise what is true',
  },
  'verify-every': {
    code: 'HF-VERIFY-LATE',
    path: 'verify.every',
    problem: (_, { promisedSeconds }) => `No verify job reads every point again each ${said(promisedSeconds)}`,
    why: 'PBS counts whole days since the last verification, and damage is found out later than promised',
    fix: 'promise what is true',
  },
  'offsite-within': {
    code: 'HF-COPY-LATE',
    path: 'offsite.within',
    problem: (_, { worstSeconds, promisedSeconds }) => `A copy may be ${said(worstSeconds)} late; ${said(promisedSeconds)} is promised`,
    why: 'a fire on that day takes points that were believed to be elsewhere',
    fix: 'promise what is true',
  },
};

/** The finding for a promise that does not hold. Its fix is replaced by one that was proved, where there is one. */
export function brokenPromise(tier: Tier, proof: Proof, chances: Chances): Finding {
  const { code, path, problem, why, fix } = WORDS[proof.promise];
  const hand = chances.extraRuns > 0 && (proof.promise === 'retention' || proof.promise === 'stated-keep');
  return {
    severity: 'error',
    code,
    at: `tiers.${tier.id}.${path}`,
    tier: tier.id,
    problem: `${problem(tier, proof)}. In ${proof.timeZone} ${proof.counterexample}`,
    why: hand ? `${why}; PBS does not tell backups made by hand from scheduled ones` : why,
    fix,
  };
}

/** The finding for a tier that no keep rules of PBS can serve; `proof.worst` goes on from its schedule and says why. */
export function keepImpossible(tier: Tier, proof: Proof): Finding {
  return {
    severity: 'error',
    code: 'HF-KEEP-NONE',
    at: `tiers.${tier.id}.${tier.deleteAfterSeconds === undefined ? 'retention' : 'deleteAfter'}`,
    tier: tier.id,
    problem: `For the schedule "${tier.schedule}" ${proof.worst}`,
    why: 'PBS counts periods that have a backup, not days, so between the two ages there must be room for a whole gap of the schedule and the wait for a prune',
    fix: tier.deleteAfterSeconds === undefined ? 'promise a shorter retention' : 'promise a later deleteAfter',
  };
}

/** Nothing can be proved of such a schedule, and silence is no proof. */
export function scheduleUnproved(tier: Tier, trouble: NoTimeline): Finding {
  const at = `tiers.${tier.id}.schedule`;
  const common = { severity: 'error', at, tier: tier.id } as const;
  const fix = 'run it regularly:\n    schedule: "04:00"';
  switch (trouble.kind) {
    case 'zone':
      return {
        ...common,
        code: 'HF-ZONE',
        at: 'sites',
        problem:
          trouble.timeZone === ''
            ? 'No site says in which time zone its hosts run'
            : `"${trouble.timeZone}" is no time zone this machine knows`,
        why: 'schedules run and days end by the clock of the hosts, so nothing can be proved without it',
        fix: 'name the zone the hosts show (`timedatectl`), such as:\n    timeZone: Europe/Vienna',
      };
    case 'invalid':
      return {
        ...common,
        code: 'HF-CALENDAR-EVENT',
        problem: `"${tier.schedule}" is no calendar event: ${trouble.problem}`,
        why: 'Proxmox would refuse the job, and nothing would be backed up',
        fix: trouble.fix,
      };
    case 'never':
      return {
        ...common,
        code: 'HF-CALENDAR-NEVER',
        problem: `"${tier.schedule}" never comes`,
        why: 'Proxmox accepts such a job and never starts it',
        fix,
      };
    case 'ends':
      return {
        ...common,
        code: 'HF-CALENDAR-ENDS',
        problem: `"${tier.schedule}" does not go on after ${minutes(trouble.lastAt, 'UTC')} UTC`,
        why: 'after its last run no backup is made any more, and nothing says so',
        fix,
      };
    case 'dense':
    default:
      return {
        ...common,
        code: 'HF-SCHEDULE-DENSE',
        problem: `"${tier.schedule}" runs more often than every minute`,
        why: 'Proxmox looks at its jobs once a minute, so most of these runs do not happen',
        fix,
      };
  }
}
