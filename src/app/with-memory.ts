import { hasErrors, type Finding } from '#core/finding.ts';
import type { Policy } from '#core/policy/policy.ts';
import type { Memory, Ports } from './ports.ts';

/** No watch has ever remembered anything here: that is said, and never shown as calm. */
export type NoMemory = { readonly outcome: 'no-memory' };

/** The policy is not usable, or it lacks what was asked for. */
export type Invalid = { readonly outcome: 'invalid'; readonly findings: readonly Finding[] };

/** What the use cases need that ask no server. */
export type MemoryPorts = Pick<Ports, 'clock' | 'policySource' | 'memory'>;

/** Does what needs only the policy and what a watch remembers. Throws StoreError where the memory cannot be used. */
export async function withMemory<T>(
  ports: Omit<MemoryPorts, 'clock'>,
  work: (memory: Memory, policy: Policy) => Promise<T>,
): Promise<T | NoMemory | Invalid> {
  const { policy, findings } = await ports.policySource.load();
  if (!policy || hasErrors(findings)) return { outcome: 'invalid', findings };
  return ports.memory ? work(ports.memory, policy) : { outcome: 'no-memory' };
}
