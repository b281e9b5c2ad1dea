import { doctor } from '#app/doctor.ts';
import { mayWatch } from '#app/may-watch.ts';
import type { Ports } from '#app/ports.ts';
import type { Policy } from '#core/policy/policy.ts';

/** What `doctor` says of one login of the policy's first site, and why `serve` would not watch with the logins it has. */
export async function saidOfLogin(
  ports: Ports,
  policy: Policy,
  login: 'retryToken' | 'pressureToken',
): Promise<{ readonly told: readonly string[]; readonly refused: readonly string[] }> {
  const examined = await doctor({ ...ports, policySource: { load: async () => ({ policy, findings: [], file: 'holdfast.yaml' }) } });
  if (examined.outcome !== 'examined') throw new Error('nothing was examined');
  const { refused } = await mayWatch(ports.examiner, { site: policy.sites[0]!, tiers: policy.tiers }, new Set());
  const told = examined.findings.filter(({ at }) => at.includes(login)).map(({ code, problem }) => `${code} ${problem}`);
  return { told, refused: refused.map(({ problem }) => problem) };
}
