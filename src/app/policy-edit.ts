import type { PolicyText } from '#core/change/change.ts';
import { weakerProofs } from '#core/change/weaker-proofs.ts';
import type { Seen } from '#core/change/weaker-guests.ts';
import { weakerThan } from '#core/change/weaker.ts';
import type { Policy, TierId } from '#core/policy/policy.ts';
import { pictureOf, type Picture } from '#core/retention/picture.ts';
import type { UnixSeconds } from '#core/units.ts';
import { checkLoaded, type Checked } from './check.ts';
import type { Clock, LoadedPolicy } from './ports.ts';
import type { PolicyEditor } from './ports/changes.ts';

export type EditPorts = {
  readonly clock: Clock;
  readonly editor: PolicyEditor;
  /** What the daemon works by: the last policy that was good. */
  readonly policy: () => Policy;
  /** The last look at each site that is watched here. */
  readonly seen: () => Seen['actuals'];
};

/** A policy that was read or tried out, with its proofs drawn. */
export type Examined = {
  readonly loaded: LoadedPolicy;
  readonly checked: Checked;
  readonly pictures: ReadonlyMap<TierId, Picture>;
};

export type PolicyNow = Examined & { readonly readAt: UnixSeconds; readonly editable: boolean; readonly because?: string };

export type Tried = Examined & {
  /** What it promises less than what stands in the files, and what it no longer keeps. */
  readonly weakens: readonly string[];
};

export type PolicyDesk = {
  /** The policy as it stands in its files, whether it can be edited here, and what its proof says. */
  readonly read: () => Promise<PolicyNow>;
  /** What a policy of these texts would say, and what it would weaken. Nothing is written. `unknown`: a path that is none of the policy's files. */
  readonly try: (files: readonly PolicyText[]) => Promise<Tried | { readonly unknown: string }>;
};

/** Where a policy is read and tried out. What stands in the files is proved once for each version of it and each hour. */
export function policyDesk(ports: EditPorts): PolicyDesk {
  const { clock, editor } = ports;
  let standing: { readonly key: string; readonly examined: Examined } | undefined;

  function examineStanding(loaded: LoadedPolicy, now: UnixSeconds): Examined {
    const key = `${loaded.version} ${Math.floor(now / 3600)}`;
    if (standing?.key !== key) standing = { key, examined: examine(loaded, now) };
    return standing.examined;
  }

  return {
    read: async () => {
      const { editable, because, ...loaded } = await editor.read();
      const readAt = clock.now();
      return { ...examineStanding(loaded, readAt), readAt, editable, ...(because === undefined ? {} : { because }) };
    },
    try: async (files) => {
      const tried = await editor.check(files);
      if ('unknown' in tried) return tried;
      const now = clock.now();
      const examined = examine(tried, now);
      if (!tried.policy) return { ...examined, weakens: [] };
      const { editable: _editable, because: _because, ...there } = await editor.read();
      const before = there.policy ? examineStanding(there, now) : examine({ ...there, policy: ports.policy(), findings: [] }, now);
      const weakens = [
        ...weakerThan(before.loaded.policy!, tried.policy, { actuals: ports.seen(), now }),
        ...weakerProofs(before.checked.tiers, examined.checked.tiers),
      ];
      return { ...examined, weakens };
    },
  };
}

function examine(loaded: LoadedPolicy, now: UnixSeconds): Examined {
  const checked = checkLoaded(loaded, now, false);
  return { loaded, checked, pictures: new Map(checked.tiers.map((tier) => [tier.id, pictureOf(tier, now)])) };
}
