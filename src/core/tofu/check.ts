import { isAccepted, liveExceptions } from '../assess/exceptions.ts';
import { hasErrors, sortFindings } from '../finding.ts';
import type { Policy, Site, Tier } from '../policy/policy.ts';
import type { UnixSeconds } from '../units.ts';
import type { Actual, Guest } from '../world/actual.ts';
import { poolFindings } from './cover.ts';
import { diskFindings } from './disks.ts';
import { driftFindings } from './drift.ts';
import { estateOf } from './estate.ts';
import type { TofuPlan } from './plan-file.ts';
import { tierFindings } from './tiers.ts';
import { onCode, onCodeGuest, type Around, type TofuFinding } from './told.ts';
import { tierChanges, weakerFindings } from './weaker.ts';

export type CheckInput = {
  readonly policy: Policy;
  readonly site: Site;
  readonly now: UnixSeconds;
  readonly plan: TofuPlan;
  readonly actual?: Actual;
  /** Names of weakenings that somebody meant. */
  readonly allow: ReadonlySet<string>;
};

/** A guest of the code that gets a tier, another one, or none. */
export type TierMove = {
  readonly vmid: number;
  readonly name: string;
  /** The guest is made by this plan. */
  readonly isNew: boolean;
  readonly from?: Pick<Tier, 'id' | 'name'>;
  readonly to?: Pick<Tier, 'id' | 'name'>;
};

export type CheckedPlan = {
  readonly guests: number;
  readonly moves: readonly TierMove[];
  readonly findings: readonly TofuFinding[];
  /** Names that were given and let nothing pass. */
  readonly unused: readonly string[];
  readonly passes: boolean;
};

/**
 * Whether a plan may be applied without breaking a promise: judged by the estate before it and after it, so that moved blocks and
 * renamed keys change nothing. A weakening passes only by its name. What an exception of the policy accepts is left out.
 */
export function checkTofuPlan({ policy, site, now, plan, actual, allow }: CheckInput): CheckedPlan {
  const [before, after] = [estateOf(plan, 'before'), estateOf(plan, 'after')];
  const around: Around = { policy, site, now, plan, before: before.estate, after: after.estate, ...(actual ? { actual } : {}) };
  const told = [
    ...tierFindings(around),
    ...poolFindings(around),
    ...diskFindings(around),
    ...weakerFindings(around),
    ...driftFindings(around),
    ...unknownFindings(around, after.unnumbered),
  ];
  const exceptions = liveExceptions(policy, site, now);
  const guestByVmid = new Map([...around.before.guests, ...around.after.guests].map(([vmid, guest]) => [vmid, guest as unknown as Guest]));
  const open = told.filter((finding) => !isAccepted(finding, exceptions, guestByVmid));
  const findings = open.map((finding) => (finding.allow !== undefined && allow.has(finding.allow) ? allowed(finding) : finding));
  const used = new Set(open.map((finding) => finding.allow));
  return {
    guests: around.after.guests.size,
    moves: tierChanges(around).map(({ guest, isNew, from, to }) => ({
      vmid: guest.vmid,
      isNew,
      name: guest.name,
      ...(from ? { from: short(from) } : {}),
      ...(to ? { to: short(to) } : {}),
    })),
    findings: sortFindings(findings),
    unused: [...allow].filter((name) => !used.has(name)),
    passes: !hasErrors(findings),
  };
}

function short({ id, name }: Tier): Pick<Tier, 'id' | 'name'> {
  return { id, name };
}

function allowed(finding: TofuFinding): TofuFinding {
  return { ...finding, severity: 'info', fix: `nothing: it was let pass by --allow ${finding.allow}` };
}

/** What this plan cannot tell before it is applied. */
function unknownFindings(around: Around, unnumbered: readonly string[]): TofuFinding[] {
  const guests = unnumbered.map((address) =>
    onCode(around, address, {
      severity: 'warning',
      code: 'HF-TOFU-UNKNOWN',
      problem: 'Its number is known after apply only, so neither its pool nor its tier is',
      why: 'a guest that cannot be followed through the plan may end up without backups',
      fix: 'give it one:\n    vm_id = 123',
    }),
  );
  const members = [...around.after.guests.values()]
    .filter(({ poolUnknown }) => poolUnknown)
    .map((guest) =>
      onCodeGuest(around, guest, {
        severity: 'warning',
        code: 'HF-TOFU-UNKNOWN',
        problem: 'The pool it will be in is known after apply only',
        why: 'whether it joins the pool of its tier cannot be checked before',
        fix: 'name what is known already:\n    pool_id = proxmox_virtual_environment_pool.NAME.pool_id\n    vm_id   = proxmox_virtual_environment_vm.NAME.vm_id',
      }),
    );
  const disks = [...around.after.guests.values()].flatMap((guest) => guest.disks.filter(({ volume }) => volume === undefined));
  if (disks.length === 0) return [...guests, ...members];
  return [
    ...guests,
    ...members,
    onCode(around, 'disks', {
      severity: 'info',
      code: 'HF-TOFU-UNKNOWN',
      problem: `${disks.length} ${disks.length === 1 ? 'disk gets its' : 'disks get their'} volume with the apply`,
      why: 'whether two guests share one of them is not known before',
      fix: 'check the next plan too',
    }),
  ];
}
