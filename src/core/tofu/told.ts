import type { Finding } from '../finding.ts';
import type { Policy, Site } from '../policy/policy.ts';
import type { UnixSeconds } from '../units.ts';
import type { Actual } from '../world/actual.ts';
import type { CodeGuest, Estate } from './estate.ts';
import type { TofuPlan } from './plan-file.ts';

/** A finding about a plan; one that takes protection away has a name, under which a person may allow it. */
export type TofuFinding = Finding & { readonly allow?: string };

/** Everything a plan is held against. */
export type Around = {
  readonly policy: Policy;
  readonly site: Site;
  readonly now: UnixSeconds;
  readonly plan: TofuPlan;
  readonly before: Estate;
  readonly after: Estate;
  /** A look at the site; absent where nobody looked. */
  readonly actual?: Actual;
};

type Told = Pick<TofuFinding, 'code' | 'problem' | 'why' | 'fix' | 'allow' | 'disk' | 'tier'> & { readonly severity?: Finding['severity'] };

/** `home: vm/101 postgres (module.postgres.proxmox_virtual_environment_vm.guest)` */
export function onCodeGuest({ site }: Pick<Around, 'site'>, { type, vmid, name, address }: CodeGuest, told: Told): TofuFinding {
  const { severity = 'error', ...rest } = told;
  return { severity, ...rest, at: `${site.name}: ${type}/${vmid} ${name} (${address})`, site: site.name, vmid };
}

/** The same about what is no guest: `home: pool tier-1`. */
export function onCode({ site }: Pick<Around, 'site'>, object: string, told: Told): TofuFinding {
  const { severity = 'error', ...rest } = told;
  return { severity, ...rest, at: `${site.name}: ${object}`, site: site.name };
}

/** `\n    terraform or holdfast …`: how a weakening that is meant is let through. */
export function orAllow(name: string): string {
  return `, or let it pass by its name:\n    holdfast tofu check PLAN.json --allow ${name}`;
}
