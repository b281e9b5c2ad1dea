import { promisedTier, type Assignment } from '../policy/assign.ts';
import type { Exception } from '../policy/policy.ts';
import type { AssessInput } from './assess.ts';
import { coveringOf } from './covering.ts';
import { withoutAcceptedDisks } from './exceptions.ts';
import type { Surroundings } from './hazards/context.ts';
import { neighboursOf } from './neighbours.ts';
import { isBusy, lastRunsOf } from './runs.ts';
import { tierHere } from './tier-here.ts';

/** The look-ups that hazards and postures share, each made once for a site. */
export function surroundings(input: AssessInput, assignments: readonly Assignment[], exceptions: readonly Exception[]): Surroundings {
  const { policy, actual } = input;
  const { guests: listed, backupJobs, storages } = actual.pve;
  const known = listed.known ? listed.value : [];
  const guests = known.filter(({ template }) => !template).map((guest) => withoutAcceptedDisks(guest, exceptions));
  const tiers = new Map(policy.tiers.map((tier) => [tier.id, tierHere(input, tier)]));
  const promised = new Map(assignments.map((assignment) => [assignment.vmid, promisedTier(assignment)]));
  return {
    ...input,
    guests,
    guestByVmid: new Map(known.map((guest) => [guest.vmid, guest])),
    neighbours: neighboursOf(guests),
    tierOf: (vmid) => tiers.get(promised.get(vmid) ?? -1)?.tier,
    tiers,
    exempt: new Set(assignments.flatMap(({ configured, vmid }) => (configured.kind === 'exception' ? [vmid] : []))),
    jobs: backupJobs.known ? backupJobs.value : [],
    storages: new Map(storages.known ? storages.value.map((storage) => [storage.id, storage]) : []),
    covering: coveringOf(actual),
    busy: isBusy(actual),
    lastRuns: lastRunsOf(actual),
    lastGoodRuns: lastRunsOf(actual, 'ok'),
  };
}
