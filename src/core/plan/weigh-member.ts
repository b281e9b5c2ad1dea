import { readMark } from '../desired/mark.ts';
import type { Tier } from '../policy/policy.ts';
import { spellDuration } from '../units.ts';
import { readMember } from './coverage.ts';
import type { RawStep } from './diff.ts';
import type { Surroundings, Weight } from './guard.ts';

/** A guest that comes to a pool leaves the one it is in: to a lower tier it loses protection, from somebody's pool it loses that. */
export function weighMember(step: RawStep, { policy, actual, guestByVmid }: Surroundings): Weight {
  const { pool, vmid } = readMember(step.id);
  const guest = guestByVmid.get(vmid);
  const name = `${guest?.type ?? 'vm'}-${vmid}`;
  const tierOf = (id: string | undefined): Tier | undefined => policy.tiers.find((tier) => tier.pool === id);
  if (step.action === 'remove')
    return { means: ['no scheduled backup is made of it any more; its points stay until they are pruned'], harm: 'weaken', name };
  const from = guest?.pool;
  if (from === undefined || from === pool) return { means: [] };
  const before = tierOf(from);
  const after = tierOf(pool);
  if (before && after) return weighMove(before, after, name);
  if (isHoldfasts(from, actual)) return { means: [`it leaves pool ${from}`] };
  return {
    means: [`it leaves pool ${from}, which Holdfast did not make: permissions and jobs that go by that pool no longer reach it`],
    harm: 'take',
    name,
  };
}

function isHoldfasts(pool: string, { pve }: Surroundings['actual']): boolean {
  return pve.pools.known && pve.pools.value.some(({ id, comment }) => id === pool && readMark(comment) !== undefined);
}

function weighMove(before: Tier, after: Tier, name: string): Weight {
  const promises = (['rpoSeconds', 'retentionSeconds', 'rtoSeconds'] as const).filter((promise) => before[promise] !== after[promise]);
  const words = { rpoSeconds: 'RPO', retentionSeconds: 'retention', rtoSeconds: 'RTO' };
  const changes = promises.map((promise) => `${words[promise]} ${spellDuration(before[promise])} to ${spellDuration(after[promise])}`);
  const means = [
    `from tier ${before.id} to tier ${after.id}: ${changes.join(', ') || 'the same promises'}; points made so far stay where they are`,
  ];
  const lower =
    after.rpoSeconds > before.rpoSeconds || after.retentionSeconds < before.retentionSeconds || after.rtoSeconds > before.rtoSeconds;
  return lower ? { means, harm: 'weaken', name } : { means };
}
