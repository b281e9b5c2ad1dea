import { compile } from '../desired/compile.ts';
import type { Upkeep } from '../retention/upkeep.ts';
import type { Desired, ManagedObject } from '../desired/desired.ts';
import { digest } from '../digest.ts';
import { sortFindings, type Finding } from '../finding.ts';
import { assign, promisedTier } from '../policy/assign.ts';
import type { Policy, Site, TierId } from '../policy/policy.ts';
import type { UnixSeconds } from '../units.ts';
import type { Actual } from '../world/actual.ts';
import { spellGuest } from '../desired/findings.ts';
import { adoptable, adoptionSteps, unknownAdoptions, weighAdoption, type Adoption } from './adopt.ts';
import { diff, isMine, type DiffInput, type RawStep } from './diff.ts';
import { existing } from './existing.ts';
import { poolHeldByRule } from './findings.ts';
import { bridge, withoutGap } from './gapless.ts';
import { guard } from './guard.ts';
import { order } from './order.ts';
import { suspendedFindings } from '../pressure/findings.ts';
import { withSuspended } from './suspended.ts';
import { staggerFindings } from './stagger.ts';
import type { Plan, Step } from './plan.ts';
import { unknownZones } from './zones.ts';

export type DrawInput = {
  readonly policy: Policy;
  /** One look at each site that could be asked. */
  readonly actuals: readonly Actual[];
  readonly now: UnixSeconds;
  readonly upkeep: (site: Site) => ReadonlyMap<TierId, Upkeep>;
  /** Ids of jobs made by hand that Holdfast shall take over. */
  readonly adopted?: ReadonlySet<string>;
};

export type Drawn = {
  readonly plan: Plan;
  readonly findings: readonly Finding[];
  /** What must exist, site by site. */
  readonly desired: readonly Desired[];
  /** Guests that are to have no backup because a rule says so by name, by site. */
  readonly exempt: ReadonlyMap<string, ReadonlySet<number>>;
};

/**
 * The plan that brings every site that was seen to what the policy promises. The same policy and the same looks give the same
 * plan, whatever order lists came in; where nothing is to be done it has no steps.
 */
export function drawPlan(input: DrawInput): Drawn {
  const sites = input.policy.sites.flatMap((site) => {
    const actual = input.actuals.find((one) => one.site === site.name);
    return actual ? [drawSite(site, actual, input)] : [];
  });
  return {
    plan: {
      basedOn: digest(sites.map(({ dependsOn }) => dependsOn)),
      madeAt: input.now,
      steps: sites.flatMap(({ steps }) => steps),
    },
    findings: sortFindings([...sites.flatMap(({ findings }) => findings), ...unknownAdoptions(input.actuals, input.adopted ?? new Set())]),
    desired: sites.map(({ desired }) => desired),
    exempt: new Map(sites.map(({ desired, exempt }) => [desired.site, exempt])),
  };
}

type DrawnSite = {
  readonly steps: readonly Step[];
  readonly findings: readonly Finding[];
  readonly desired: Desired;
  readonly exempt: ReadonlySet<number>;
  readonly dependsOn: unknown;
};

function drawSite(site: Site, actual: Actual, { policy, now, upkeep, adopted = new Set() }: DrawInput): DrawnSite {
  const { tierByGuest, pinned, exempt } = promises(policy, site, actual, now);
  const pinnedGuests = new Set(pinned.map(({ vmid }) => vmid));
  const compiled = compile({ policy, site, actual, tierByGuest, pinnedGuests, upkeepByTier: upkeep(site) });
  const desired = { ...compiled, objects: withSuspended(compiled.objects, actual, site) };
  const input: DiffInput = { site, desired, actual, adopted };
  const difference = diff(input);
  const adoption: Adoption = { policy, site, actual, desired, tierByGuest };
  const taken = adoptionSteps(adoption, adopted);
  const raw = [...withPlaces(difference.steps, input), ...leavers({ site, policy, actual, exempt }), ...taken];
  const guestByVmid = new Map((actual.pve.guests.known ? actual.pve.guests.value : []).map((guest) => [guest.vmid, guest]));
  const weighed = guard({ policy, site, actual, guestByVmid, steps: bridge(raw, actual) }, (step) =>
    taken.includes(step) ? weighAdoption(step, adoption) : undefined,
  );
  const { steps, findings } = withoutGap(order(weighed), actual, exempt);
  return {
    steps,
    findings: [
      ...desired.findings,
      ...pinned.map(({ finding }) => finding),
      ...difference.findings,
      ...findings,
      ...adoptable(adoption, adopted),
      ...unknownZones(site, actual),
      // Worth knowing, and nothing that a plan could not deal with.
      ...suspendedFindings(actual, site, now).map((finding) => ({ ...finding, severity: 'warning' as const })),
      ...staggerFindings({ policy, site, actual, tierByGuest }),
    ],
    desired,
    exempt,
    dependsOn: { objects: desired.objects, before: relevant(desired, actual), writes: steps.map(writeOf) },
  };
}

type Promises = {
  readonly tierByGuest: ReadonlyMap<number, TierId | 'none'>;
  readonly pinned: readonly { readonly vmid: number; readonly finding: Finding }[];
  readonly exempt: ReadonlySet<number>;
};

/** What the policy promises each guest that was seen. Guests that no rule claims, or whose exception has ended, are left where they are. */
function promises(policy: Policy, site: Site, { pve }: Actual, now: UnixSeconds): Promises {
  const tierByGuest = new Map<number, TierId | 'none'>();
  const pinned: { vmid: number; finding: Finding }[] = [];
  const exempt = new Set<number>();
  for (const guest of pve.guests.known ? pve.guests.value : []) {
    const assignment = assign(policy, { site, now }, guest);
    const { configured } = assignment;
    const tier = policy.tiers.find(({ id }) => id === promisedTier(assignment));
    if (configured.kind === 'exception') {
      tierByGuest.set(guest.vmid, 'none');
      exempt.add(guest.vmid);
    }
    if (!tier || configured.kind !== 'tier') continue;
    tierByGuest.set(guest.vmid, tier.id);
    if (configured.rule.pools && guest.pool !== undefined && guest.pool !== tier.pool) {
      pinned.push({ vmid: guest.vmid, finding: poolHeldByRule({ site, tier, guest, rule: configured.rule }) });
    }
  }
  return { tierByGuest, pinned, exempt };
}

/**
 * Without the jobs and moves of tiers whose pool, namespace or storage neither exists nor is about to, and without moves to a tier
 * whose backup job is not Holdfast's: PVE takes a job into a namespace that does not exist and fails each of its runs, and a guest
 * moved to it would lose the job it had.
 */
function withPlaces(steps: readonly RawStep[], input: DiffInput): RawStep[] {
  const { objects } = input.desired;
  const seen = existing(input.actual);
  const keyOf = ({ kind, server, id }: Pick<RawStep, 'kind' | 'server' | 'id'>): string => `${kind} ${server} ${id}`;
  const made = new Set(steps.map(keyOf));
  const isThere = (object: ManagedObject): boolean => {
    const found = seen.find(object.kind, object.server, object.id);
    return made.has(keyOf(object)) || (found !== undefined && (object.kind !== 'backup-job' || isMine(found, input)));
  };
  const lacking = (kinds: readonly ManagedObject['kind'][]): ReadonlySet<unknown> =>
    new Set(objects.filter((object) => kinds.includes(object.kind) && !isThere(object)).map(({ tier }) => tier));
  const homeless = lacking(PLACES_OF_A_TIER);
  const jobless = lacking(['backup-job']);
  const waits = (object: ManagedObject): boolean =>
    !PLACES_OF_A_TIER.includes(object.kind) && (homeless.has(object.tier) || (object.kind === 'pool-member' && jobless.has(object.tier)));
  const waiting = new Set(objects.filter(waits).map(keyOf));
  return steps.filter((step) => step.action !== 'create' || !waiting.has(keyOf(step)));
}

const PLACES_OF_A_TIER: readonly ManagedObject['kind'][] = ['pool', 'namespace', 'storage'];

type Leaving = { readonly site: Site; readonly policy: Policy; readonly actual: Actual; readonly exempt: ReadonlySet<number> };

/** A guest that is to have no backup by name leaves the pool of a tier. */
function leavers({ site, policy, actual, exempt }: Leaving): RawStep[] {
  if (site.places === 'opentofu' || !actual.pve.guests.known) return [];
  const pools = new Set(policy.tiers.map(({ pool }) => pool));
  return actual.pve.guests.value
    .filter(({ vmid, pool }) => exempt.has(vmid) && pool !== undefined && pools.has(pool))
    .map((guest) => ({
      action: 'remove',
      kind: 'pool-member',
      site: site.name,
      server: 'pve',
      id: `${guest.pool}/${guest.vmid}`,
      settings: {},
      clear: [],
      because: `a rule says that ${spellGuest(guest)} has no backup`,
    }));
}

/** What a step sends, without what it tells people: new points change what a step means, not what it does. */
function writeOf({ action, kind, site, server, id, settings, clear, weakening }: Step): unknown {
  return { action, kind, site, server, id, settings, clear, weakening };
}

/** Of what exists, all that the steps depend on: what is wanted, and what is ours. */
function relevant({ objects }: Desired, actual: Actual): unknown {
  const wanted = new Set(objects.map(({ kind, server, id }) => `${kind} ${server} ${id}`));
  return existing(actual)
    .all.map(({ kind, server, id, settings, ours }) => ({ key: `${kind} ${server} ${id}`, settings, ours }))
    .filter(({ key, ours }) => ours || wanted.has(key))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}
