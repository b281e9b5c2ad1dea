import { closest } from '../closest.ts';
import { spellGuest } from '../desired/findings.ts';
import type { Desired, ObjectKind } from '../desired/desired.ts';
import type { Finding } from '../finding.ts';
import type { Policy, Site, Tier, TierId } from '../policy/policy.ts';
import type { Actual, Guest } from '../world/actual.ts';
import { coverageOf, takes } from './coverage.ts';
import type { RawStep } from './diff.ts';
import { existing, type ExistingObject } from './existing.ts';
import type { Weight } from './guard.ts';
import { spellList } from './spell.ts';

/** A job made by hand, at a site that has tiers for its guests. */
export type Adoption = {
  readonly policy: Policy;
  readonly site: Site;
  readonly actual: Actual;
  readonly desired: Desired;
  readonly tierByGuest: ReadonlyMap<number, TierId | 'none'>;
};

const ADOPTABLE: ReadonlySet<ObjectKind> = new Set(['backup-job', 'prune-job', 'verify-job', 'sync-job']);

/**
 * The removal of the jobs a person named: PVE and PBS cannot rename a job, so what took their place is made first and they go last.
 * A job that already has the id of one of Holdfast's is taken over in place and is no matter of this.
 */
export function adoptionSteps({ site, actual, desired }: Adoption, ids: ReadonlySet<string>): RawStep[] {
  const wanted = new Set(desired.objects.map(({ kind, server, id }) => `${kind} ${server} ${id}`));
  return strangers(actual)
    .filter(({ id, kind, server }) => ids.has(id) && !wanted.has(`${kind} ${server} ${id}`))
    .map(({ kind, server, id, settings }) => ({
      action: 'remove',
      kind,
      site: site.name,
      server,
      id,
      settings: {},
      clear: [],
      before: settings,
      because: 'you asked Holdfast to take it over: the jobs of the tiers do its work',
    }));
}

function strangers(actual: Actual): ExistingObject[] {
  return existing(actual).all.filter(({ kind, ours }) => ADOPTABLE.has(kind) && !ours);
}

/** Ids that no site has: a typing error must not pass for a job that is gone. */
export function unknownAdoptions(actuals: readonly Actual[], ids: ReadonlySet<string>): Finding[] {
  const known = actuals.flatMap((actual) => existing(actual).all.filter(({ kind }) => ADOPTABLE.has(kind)));
  const names = known.map(({ id }) => id);
  const open = [...new Set(known.filter(({ ours }) => !ours).map(({ id }) => id))];
  return [...ids]
    .filter((id) => !names.includes(id))
    .map((id) => {
      const near = closest(id, names);
      return {
        severity: 'error',
        code: 'HF-ADOPT-UNKNOWN',
        at: `adopt ${id}`,
        problem: `No backup, prune, verify or sync job has the id "${id}"${near ? ` (did you mean ${near}?)` : ''}`,
        why: 'nothing is taken over, and a job of another id goes on beside those of the tiers',
        fix: open.length === 0 ? 'there is nothing to take over: no job was made by hand' : `name one of these:\n    ${open.join(', ')}`,
      };
    });
}

/**
 * What it means that an adopted job goes. It weakens nothing when each guest of it has a point that the job of its tier made within
 * its RPO: then the promise no longer leans on the old job.
 */
export function weighAdoption(step: RawStep, adoption: Adoption): Weight {
  if (step.kind !== 'backup-job') return { means: ['what it did beyond the namespaces of the tiers is no longer done'], harm: 'weaken' };
  const waiting = guestsOf(step.id, adoption.actual).flatMap((guest) => whatIsMissing(guest, adoption));
  if (waiting.length > 0) return { means: spellList(waiting, (line) => line), harm: 'weaken' };
  return { means: ['each of its guests has a recent point made by the job of its tier; the points it made stay where they are'] };
}

function guestsOf(jobId: string, actual: Actual): readonly Guest[] {
  const coverage = coverageOf(actual);
  const job = coverage?.jobs.get(jobId);
  if (!coverage || !job || !actual.pve.guests.known) return [];
  return actual.pve.guests.value.filter((guest) => takes({ ...job, enabled: true }, guest, coverage)).toSorted((a, b) => a.vmid - b.vmid);
}

function whatIsMissing(guest: Guest, { policy, actual, site, tierByGuest }: Adoption): string[] {
  const tier = policy.tiers.find(({ id }) => id === tierByGuest.get(guest.vmid));
  if (!tier) return tierByGuest.get(guest.vmid) === 'none' ? [] : [`${spellGuest(guest)}: no rule gives it a tier`];
  return hasRecentPoint(guest, tier, site, actual)
    ? []
    : [`${spellGuest(guest)}: no point made by the job of tier ${tier.id} within its RPO yet`];
}

function hasRecentPoint(guest: Guest, tier: Tier, site: Site, actual: Actual): boolean {
  const access = tier.pbs === undefined ? site.pbs[0] : site.pbs.find(({ name }) => name === tier.pbs);
  const pbs = actual.pbs.find(({ name }) => name === access?.name);
  const namespace = [access?.namespace, `tier-${tier.id}`].filter(Boolean).join('/');
  const datastore = tier.datastore ?? access?.datastore;
  const groups = pbs?.namespaces.find((one) => one.datastore === datastore && one.namespace === namespace)?.groups;
  if (!groups?.known) return false;
  const group = groups.value.find(({ type, id }) => type === guest.type && id === String(guest.vmid));
  const oldestAt = actual.asOf - tier.rpoSeconds - tier.graceSeconds;
  return group?.snapshots.some(({ at, sizeBytes }) => sizeBytes !== undefined && at >= oldestAt) === true;
}

/** Jobs made by hand that nothing leans on any more, and that are not taken over now: they only cost time and space. */
export function adoptable(adoption: Adoption, adopted: ReadonlySet<string>): Finding[] {
  const { site, actual, tierByGuest } = adoption;
  return strangers(actual)
    .filter(({ kind, id, settings }) => kind === 'backup-job' && settings['enabled'] === true && !adopted.has(id))
    .filter(({ id }) => {
      const guests = guestsOf(id, actual);
      const promised = guests.every(({ vmid }) => tierByGuest.get(vmid) !== undefined && tierByGuest.get(vmid) !== 'none');
      return guests.length > 0 && promised && guests.every((guest) => whatIsMissing(guest, adoption).length === 0);
    })
    .map(({ id }) => ({
      severity: 'info',
      code: 'HF-ADOPTABLE',
      at: `${site.name}: backup job ${id}`,
      problem: `Backup job ${id} was made by hand, and all its guests have recent points made by the jobs of their tiers`,
      why: 'each of them is backed up twice, and changing targets makes each VM be read whole each time',
      fix: `let Holdfast take it over, or leave it:\n    holdfast adopt ${id}`,
      site: site.name,
    }));
}
