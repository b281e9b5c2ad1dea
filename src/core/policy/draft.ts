import type { Assume, AssignRule, Offsite, PbsAccess, Policy, Pressure, Site, Tier, TrafficRule } from './policy.ts';

/**
 * A policy as far as it could be read: what was missing or wrong is absent. Meaning is checked on it, so that one
 * pass finds everything; no check speaks of what it does not know. Every `Policy` is a draft.
 */
export type DraftPolicy = {
  readonly sites: readonly DraftSite[];
  readonly tiers: readonly DraftTier[];
  readonly assign: readonly DraftRule[];
  readonly assume: Partial<Assume>;
} & Pick<Policy, 'alerts' | 'drills' | 'exceptions' | 'server'>;

export type DraftSite = Pick<Site, 'name'> &
  Partial<Omit<Site, 'pve' | 'pbs' | 'storages' | 'pressure' | 'name'>> & {
    readonly pve?: Partial<Site['pve']>;
    readonly pbs: readonly DraftPbs[];
    readonly storages?: Partial<NonNullable<Site['storages']>>;
    readonly pressure?: Partial<Pressure>;
  };

export type DraftPbs = Partial<Omit<PbsAccess, 'traffic'>> & {
  /** `partial`: something beside its name, networks and time was said that could not be read. */
  readonly traffic?: readonly (Partial<TrafficRule> & { readonly partial?: true })[];
};

export type DraftTier = Pick<Tier, 'id'> &
  Partial<Omit<Tier, 'id' | 'verify' | 'drill' | 'offsite'>> & {
    readonly verify?: Partial<NonNullable<Tier['verify']>>;
    readonly drill?: Partial<NonNullable<Tier['drill']>>;
    readonly offsite?: Partial<Offsite>;
  };

export type DraftRule = Pick<AssignRule, 'index' | 'at'> &
  Partial<AssignRule> & {
    /** Some of it could not be read: whom it claims is not known. */
    readonly partial?: true;
  };

/** The policy of a draft in which nothing is missing: one without an error among its findings. */
export function complete(draft: DraftPolicy): Policy {
  return draft as Policy;
}
