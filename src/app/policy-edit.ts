import type { PolicyText } from '#core/change/change.ts';
import { weakerProofs } from '#core/change/weaker-proofs.ts';
import type { Seen } from '#core/change/weaker-guests.ts';
import { weakerThan } from '#core/change/weaker.ts';
import type { Policy, TierId } from '#core/policy/policy.ts';
import type { Picture } from '#core/retention/picture.ts';
import type { UnixSeconds } from '#core/units.ts';
import { notUnderstood, withProofs, type Checked } from './check.ts';
import type { Clock, LoadedPolicy } from './ports.ts';
import type { PolicyEditor, Prover } from './ports/changes.ts';

export type EditPorts = {
  readonly clock: Clock;
  readonly editor: PolicyEditor;
  readonly prove: Prover;
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
  readonly read: () => Promise<PolicyNow | 'too-long'>;
  /** What a policy of these texts would say, and what it would weaken. Nothing is written. `unknown`: a path that is none of the policy's files. */
  readonly try: (files: readonly PolicyText[]) => Promise<Tried | { readonly unknown: string } | 'too-long'>;
};

/** Where a policy is read and tried out. What stands in the files is proved once for each version of it and each hour. `too-long`: its proof was given up. */
export function policyDesk(ports: EditPorts): PolicyDesk {
  const { clock, editor, prove } = ports;
  let standing: { readonly key: string; readonly examined: Promise<Examined | 'too-long'> } | undefined;

  async function examine(loaded: LoadedPolicy, now: UnixSeconds): Promise<Examined | 'too-long'> {
    if (!loaded.policy) return { loaded, checked: notUnderstood(loaded, false), pictures: new Map() };
    const proved = await prove(loaded.policy, now);
    return proved === 'too-long' ? proved : { loaded, checked: withProofs(loaded, proved, now, false), pictures: proved.pictures };
  }

  function examineStanding(loaded: LoadedPolicy, now: UnixSeconds): Promise<Examined | 'too-long'> {
    const key = `${loaded.version} ${Math.floor(now / 3600)}`;
    if (standing?.key === key) return standing.examined;
    const mine = { key, examined: examine(loaded, now) };
    standing = mine;
    mine.examined.catch(() => {
      if (standing === mine) standing = undefined;
    });
    return mine.examined;
  }

  return {
    read: async () => {
      const { editable, because, ...loaded } = await editor.read();
      const readAt = clock.now();
      const examined = await examineStanding(loaded, readAt);
      return examined === 'too-long' ? examined : { ...examined, readAt, editable, ...(because === undefined ? {} : { because }) };
    },
    try: async (files) => {
      const tried = await editor.check(files);
      if ('unknown' in tried) return tried;
      const now = clock.now();
      const examined = await examine(tried, now);
      if (examined === 'too-long') return examined;
      if (!tried.policy) return { ...examined, weakens: [] };
      const { editable: _editable, because: _because, ...there } = await editor.read();
      const before = await (there.policy ? examineStanding(there, now) : examine({ ...there, policy: ports.policy(), findings: [] }, now));
      if (before === 'too-long') return before;
      const weakens = [
        ...weakerThan(before.loaded.policy!, tried.policy, { actuals: ports.seen(), now }),
        ...weakerProofs(before.checked.tiers, examined.checked.tiers),
      ];
      return { ...examined, weakens };
    },
  };
}
