import type { Assume, Policy, Tier } from '../policy/policy.ts';
import { spellDuration, spellRate, spellSize } from '../units.ts';

/** Tiers that are gone, and what each of the others promises less. */
export function weakerTiers(before: Policy, after: Policy): string[] {
  const now = new Map(after.tiers.map((tier) => [tier.id, tier]));
  return before.tiers.flatMap((tier) => {
    const later = now.get(tier.id);
    if (!later) return [`tier ${tier.id} (${tier.name}) is removed`];
    return lessOf(tier, later, { before: before.assume, after: after.assume }).map((text) => `tier ${tier.id}: ${text}`);
  });
}

/** What one tier promises less than another: `RPO 1d to 2d`. */
export function lessOf(from: Tier, to: Tier, assume?: { readonly before: Assume; readonly after: Assume }): string[] {
  return [
    ...longer('RPO', from.rpoSeconds, to.rpoSeconds),
    ...longer('grace', from.graceSeconds, to.graceSeconds),
    ...longer('RTO', from.rtoSeconds, to.rtoSeconds),
    ...shorter('retention', from.retentionSeconds, to.retentionSeconds),
    ...shorter('reach', from.reachSeconds, to.reachSeconds),
    ...orDropped('deletion of old points', from.deleteAfterSeconds, to.deleteAfterSeconds),
    ...orDropped('verified on arrival within', from.verify?.withinSeconds, to.verify?.withinSeconds),
    ...orDropped('verified again every', from.verify?.everySeconds, to.verify?.everySeconds),
    ...orDropped('drill every', from.drill?.everySeconds, to.drill?.everySeconds),
    ...(from.lock && !to.lock ? ['points are locked no more'] : []),
    ...orDropped('copy off site within', from.offsite?.withinSeconds, to.offsite?.withinSeconds),
    ...(from.offsite && to.offsite && from.offsite.remote !== to.offsite.remote
      ? [`copies go to ${to.offsite.remote} instead of ${from.offsite.remote}; those at ${from.offsite.remote} are not renewed`]
      : []),
    ...(from.encryption && !to.encryption ? ['points are encrypted no more'] : []),
    ...(from.consistency === 'filesystem' && to.consistency === 'crash' ? ['consistency filesystem to crash'] : []),
    ...placeLess(from, to),
    ...budgetLess(from.budgetBytes, to.budgetBytes),
    ...(assume && (from.assume || to.assume)
      ? weakerAssumptions({ ...assume.before, ...from.assume }, { ...assume.after, ...to.assume }, 'its proof')
      : []),
  ];
}

function longer(what: string, was: number, is: number): string[] {
  return is > was ? [`${what} ${spellDuration(was)} to ${spellDuration(is)}`] : [];
}

function shorter(what: string, was: number | undefined, is: number | undefined): string[] {
  if (was === undefined || (is !== undefined && is >= was)) return [];
  return [
    is === undefined ? `${what} of ${spellDuration(was)} is promised no more` : `${what} ${spellDuration(was)} to ${spellDuration(is)}`,
  ];
}

/** A time by which something is done: later, or not promised any more. */
function orDropped(what: string, was: number | undefined, is: number | undefined): string[] {
  if (was === undefined || (is !== undefined && is <= was)) return [];
  return [is === undefined ? `${what} ${spellDuration(was)} is promised no more` : `${what} ${spellDuration(was)} to ${spellDuration(is)}`];
}

/** Points that are there stay where they are, in a place nobody looks at any more. */
function placeLess(from: Tier, to: Tier): string[] {
  if (from.id !== to.id) return [];
  const place = ({ pbs, datastore }: Tier): string => [pbs ?? 'the first PBS', ...(datastore === undefined ? [] : [datastore])].join(', ');
  if (from.pbs === to.pbs && from.datastore === to.datastore) return [];
  return [`points go to ${place(to)} instead of ${place(from)}; those that are there are watched no more`];
}

function budgetLess(was: number | undefined, is: number | undefined): string[] {
  if (was === undefined || (is !== undefined && is <= was)) return [];
  return [`budget ${spellSize(was)} to ${is === undefined ? 'none' : spellSize(is)}`];
}

/** What a proof takes for given: where it is rosier than before, less is proved. */
export function weakerAssumptions(from: Assume, to: Assume, who: string): string[] {
  return [
    ...(to.lostRuns < from.lostRuns ? [`${who} bears ${to.lostRuns} lost runs in a row instead of ${from.lostRuns}`] : []),
    ...(to.extraRuns < from.extraRuns ? [`${who} bears ${to.extraRuns} extra runs instead of ${from.extraRuns}`] : []),
    ...(to.durationSeconds < from.durationSeconds
      ? [`${who} takes a backup for ${spellDuration(to.durationSeconds)} long instead of ${spellDuration(from.durationSeconds)}`]
      : []),
    ...(to.queueSeconds < from.queueSeconds
      ? [`${who} takes the wait for ${spellDuration(to.queueSeconds)} long instead of ${spellDuration(from.queueSeconds)}`]
      : []),
    ...(to.restoreBytesPerSecond > from.restoreBytesPerSecond
      ? [`${who} takes a restore for ${spellRate(to.restoreBytesPerSecond)} fast instead of ${spellRate(from.restoreBytesPerSecond)}`]
      : []),
  ];
}
