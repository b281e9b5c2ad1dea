import { parseEvent } from '../calendar/event.ts';
import { matches } from '../calendar/field.ts';
import { invalidEvent } from '../calendar/warnings.ts';
import { closest } from '../closest.ts';
import type { Finding } from '../finding.ts';
import { spellDuration, spellExact } from '../units.ts';
import type { DraftPolicy, DraftSite, DraftTier } from './draft.ts';
import type { Window } from './policy.ts';
import { isOpen, spellMinute } from './window.ts';

/** What is wrong with the tiers by what is written, each by itself and each pair of them. Whether their promises hold is for the proof. */
export function checkTiers(draft: DraftPolicy): Finding[] {
  const { tiers } = draft;
  return [
    ...tiers.flatMap((tier) => [
      ...checkNothing(tier),
      ...checkTimes(tier),
      ...checkSchedules(draft, tier),
      ...checkKeep(tier),
      ...checkPlaces(draft, tier),
      ...checkOffsite(draft, tier),
      ...checkUsed(draft, tier),
    ]),
    ...tiers.flatMap((tier, i) => tiers.slice(0, i).flatMap((earlier) => checkPair(earlier, tier))),
  ];
}

/** A promise of zero is no promise anybody can keep. */
function checkNothing(tier: DraftTier): Finding[] {
  const promises = {
    rpo: tier.rpoSeconds,
    rto: tier.rtoSeconds,
    retention: tier.retentionSeconds,
    reach: tier.reachSeconds,
    budget: tier.budgetBytes,
  };
  return Object.entries(promises)
    .filter(([, value]) => value === 0)
    .map(([key]) => ({
      severity: 'error',
      code: 'HF-ZERO',
      at: `tiers.${tier.id}.${key}`,
      tier: tier.id,
      problem: `The ${key} of tier ${tier.id} is zero`,
      why: 'no backup is instant and none takes no room, so this can never be kept',
      fix: key === 'reach' || key === 'budget' ? 'remove the line, or promise what can be kept' : 'promise what can be kept',
    }));
}

function checkTimes(tier: DraftTier): Finding[] {
  const {
    id,
    rpoSeconds: rpo,
    retentionSeconds: retention,
    graceSeconds: grace,
    deleteAfterSeconds: deleteAfter,
    reachSeconds: reach,
    verify,
  } = tier;
  const findings: Finding[] = [];
  const add = (key: string, rest: Omit<Finding, 'at' | 'tier'>): number => findings.push({ at: `tiers.${id}.${key}`, tier: id, ...rest });
  if (retention !== undefined && rpo !== undefined && retention < rpo) {
    add('retention', {
      severity: 'error',
      code: 'HF-RETENTION-RPO',
      problem: `Tier ${id} keeps a point for ${spellDuration(retention)}, but the next one is due only after ${spellDuration(rpo)}`,
      why: 'the only recovery point may be removed before there is another one',
      fix: `keep points at least as long as the RPO:\n    retention: ${spellExact(rpo)}`,
    });
  }
  if (deleteAfter !== undefined && retention !== undefined && deleteAfter < retention) {
    add('deleteAfter', {
      severity: 'error',
      code: 'HF-DELETE-BEFORE-RETENTION',
      problem: `Tier ${id} removes every point by ${spellDuration(deleteAfter)}, and none before ${spellDuration(retention)}`,
      why: 'no point can do both, so one of the two promises is broken for every point',
      fix: `make deleteAfter the longer one:\n    deleteAfter: ${spellExact(retention * 2)}`,
    });
  }
  if (deleteAfter !== undefined && reach !== undefined && deleteAfter < reach) {
    add('deleteAfter', {
      severity: 'error',
      code: 'HF-DELETE-BEFORE-RETENTION',
      problem: `Tier ${id} removes every point by ${spellDuration(deleteAfter)}, and a restore is to reach ${spellDuration(reach)} back`,
      why: 'a restore reaches back to a point that is there, so one of the two promises is broken all the time',
      fix: `make deleteAfter the longer one:\n    deleteAfter: ${spellExact(reach * 2)}`,
    });
  }
  if (grace !== undefined && rpo !== undefined && rpo > 0 && grace >= rpo) {
    add('grace', {
      severity: 'warning',
      code: 'HF-GRACE',
      problem: `The grace of tier ${id} (${spellDuration(grace)}) is as long as its RPO (${spellDuration(rpo)})`,
      why: 'a whole missed backup would pass without anybody being told, and the RPO would be read as half of what holds',
      fix: `promise what is meant, and keep the grace for waiting and duration:\n    rpo: ${spellExact(rpo + grace)}\n    grace: 2h`,
    });
  }
  if (verify?.withinSeconds !== undefined && retention !== undefined && verify.withinSeconds > retention) {
    add('verify.within', {
      severity: 'error',
      code: 'HF-VERIFY',
      problem: `A point of tier ${id} may go after ${spellDuration(retention)}, but needs to be read only within ${spellDuration(verify.withinSeconds)}`,
      why: 'points would be removed before anybody ever knew whether they are good',
      fix: `verify sooner:\n    within: ${spellExact(Math.min(86_400, retention))}`,
    });
  }
  return findings;
}

function checkSchedules(draft: DraftPolicy, tier: DraftTier): Finding[] {
  const findings = [...checkEvent(tier.id, 'schedule', tier.schedule), ...checkEvent(tier.id, 'offsite.schedule', tier.offsite?.schedule)];
  for (const site of draft.sites) {
    const outside = firstOutside(tier.schedule, site.window);
    if (outside === undefined) continue;
    findings.push({
      severity: 'warning',
      code: 'HF-WINDOW',
      at: `tiers.${tier.id}.schedule`,
      tier: tier.id,
      problem: `"${tier.schedule}" starts at ${spellMinute(outside)}, outside the window ${spellWindow(site.window!)} of site ${site.name}`,
      why: 'backups would run while people work, which is what the window was meant to prevent',
      fix: `choose a time inside the window, such as:\n    schedule: "${insideExample(tier.schedule!, site.window!)}"`,
    });
  }
  return findings;
}

/** A schedule that Proxmox would refuse, with one that it takes. */
function checkEvent(tier: number, key: string, text: string | undefined): Finding[] {
  const parsed = text === undefined ? undefined : parseEvent(text);
  if (text === undefined || !parsed || parsed.ok) return [];
  const finding = invalidEvent(text, parsed.error, `tiers.${tier}.${key}`);
  return [{ ...finding, tier, fix: `${finding.fix}; for example, once a day:\n    schedule: "04:00"` }];
}

/** The first minute of a day at which an event runs outside a window. */
function firstOutside(text: string | undefined, window: Window | undefined): number | undefined {
  const parsed = text === undefined ? undefined : parseEvent(text);
  if (!parsed?.ok || parsed.event.utc || !window) return undefined;
  for (let minute = 0; minute < 1440; minute++) {
    const runs = matches(parsed.event.hours, Math.floor(minute / 60)) && matches(parsed.event.minutes, minute % 60);
    if (runs && !isOpen(window, minute)) return minute;
  }
  return undefined;
}

/** The same days at an hour inside the window that no clock change touches in most zones. */
function insideExample(schedule: string, window: Window): string {
  const start = isOpen(window, 240) ? 240 : window.startMinute;
  const days = schedule.replace(/\S*:\S*|^\d+$/, '').trim();
  return `${days}${days === '' ? '' : ' '}${spellMinute(start)}`;
}

function spellWindow({ startMinute, endMinute }: Window): string {
  return `${spellMinute(startMinute)}-${spellMinute(endMinute)}`;
}

function checkKeep({ id, keep, statedKeep }: DraftTier): Finding[] {
  const empty = (rules: DraftTier['keep']): boolean => rules !== undefined && Object.keys(rules).length === 0;
  const paths = [...(empty(keep) ? ['keep'] : []), ...(empty(statedKeep) ? ['stated.keep'] : [])];
  return paths.map((path) => ({
    severity: 'error',
    code: 'HF-KEEP-EMPTY',
    at: `tiers.${id}.${path}`,
    tier: id,
    problem: `"${path}" of tier ${id} names no keep-* value`,
    why: 'PBS keeps everything where no keep-* is given, and the datastore fills up',
    fix: 'remove the line: then Holdfast computes the values from the retention',
  }));
}

function checkPlaces({ sites }: DraftPolicy, { id, pbs }: DraftTier): Finding[] {
  if (pbs === undefined) return [];
  const without = sites.filter((site) => site.pbs.length > 0 && site.pbs.every(({ name }) => name !== undefined && name !== pbs));
  return without.slice(0, 1).map((site) => {
    const names = site.pbs.flatMap(({ name }) => (name === undefined ? [] : [name]));
    const near = closest(pbs, names) ?? names[0]!;
    return {
      severity: 'error',
      code: 'HF-PBS-UNKNOWN',
      at: `tiers.${id}.pbs`,
      tier: id,
      problem: `Site ${site.name} has no PBS named "${pbs}"; it has ${names.join(', ')}`,
      why: 'the backups of this tier would have nowhere to go there',
      fix: `name one of them:\n    pbs: ${near}`,
    };
  });
}

function checkOffsite({ sites }: DraftPolicy, tier: DraftTier): Finding[] {
  const { id, offsite, retentionSeconds: retention } = tier;
  if (!offsite) return [];
  const findings: Finding[] = [];
  if (offsite.withinSeconds !== undefined && retention !== undefined && offsite.withinSeconds > retention) {
    findings.push({
      severity: 'error',
      code: 'HF-OFFSITE-LATE',
      at: `tiers.${id}.offsite.within`,
      tier: id,
      problem: `The copy may be ${spellDuration(offsite.withinSeconds)} late, but points are promised for ${spellDuration(retention)} only`,
      why: 'a point may be gone before it was ever copied',
      fix: 'copy sooner:\n    within: 2d',
    });
  }
  const same = sites.find((site) => isSamePlace(site, tier));
  if (same) {
    findings.push({
      severity: 'error',
      code: 'HF-OFFSITE-SAME',
      at: `tiers.${id}.offsite.remote`,
      tier: id,
      problem: `"${offsite.remote}" is the PBS of site ${same.name} that holds the points themselves`,
      why: 'what takes that server takes the points and their copy together',
      fix: 'name the remote of a PBS at another place',
    });
  }
  return findings;
}

/** The remote is the tier's own server: by its name in the policy, or by its address. */
function isSamePlace(site: DraftSite, { offsite, pbs }: DraftTier): boolean {
  const own = pbs === undefined ? site.pbs[0] : site.pbs.find(({ name }) => name === pbs);
  const hosts = (own?.urls ?? []).map((url) => url.replace(/^https:\/\//, '').replace(/:\d+$/, ''));
  return offsite?.remote !== undefined && (offsite.remote === own?.name || hosts.includes(offsite.remote));
}

function checkUsed({ assign }: DraftPolicy, { id }: DraftTier): Finding[] {
  if (assign.length === 0 || assign.some(({ tier }) => tier === id || tier === undefined)) return [];
  return [
    {
      severity: 'warning',
      code: 'HF-TIER-UNUSED',
      at: `tiers.${id}`,
      tier: id,
      problem: `No line of "assign" gives a guest to tier ${id}`,
      why: 'its jobs would run for nobody, and whoever reads the policy believes that somebody has this promise',
      fix: `assign guests to it, or remove the tier:\n    - { tier: ${id}, pools: [tier-${id}] }`,
    },
  ];
}

function checkPair(a: DraftTier, b: DraftTier): Finding[] {
  const findings: Finding[] = [];
  if (a.pool !== undefined && a.pool === b.pool) {
    findings.push({
      severity: 'error',
      code: 'HF-POOL-SHARED',
      at: `tiers.${b.id}.pool`,
      tier: b.id,
      problem: `Tiers ${a.id} and ${b.id} both use the pool "${b.pool}"`,
      why: 'the jobs of both tiers would back up every guest in it, and neither promise could be told from the other',
      fix: `give each tier a pool of its own:\n    pool: tier-${b.id}`,
    });
  }
  if (a.name !== undefined && a.name === b.name) {
    findings.push({
      severity: 'warning',
      code: 'HF-NAME-TWICE',
      at: `tiers.${b.id}.name`,
      tier: b.id,
      problem: `Tiers ${a.id} and ${b.id} are both called "${b.name}"`,
      why: 'an alert that names the tier could mean either',
      fix: 'give one of them another name',
    });
  }
  if (a.rpoSeconds !== undefined && b.rpoSeconds !== undefined && b.rpoSeconds < a.rpoSeconds) {
    findings.push({
      severity: 'info',
      code: 'HF-TIER-ORDER',
      at: `tiers.${b.id}.rpo`,
      tier: b.id,
      problem: `Tier ${b.id} promises an RPO of ${spellDuration(b.rpoSeconds)}, more than tier ${a.id} with ${spellDuration(a.rpoSeconds)}`,
      why: 'people take a smaller number for the better tier',
      fix: 'number the tiers from the strongest to the weakest promise',
    });
  }
  return findings;
}
