import type { Step } from '#core/plan/plan.ts';
import type { Policy } from '#core/policy/policy.ts';
import { rightOfStep } from '#core/rights/of-step.ts';
import { grantsForWrite } from '#core/rights/refused.ts';
import { rightsScope } from '#core/rights/scope.ts';
import { ProxmoxError } from '#core/world/proxmox-error.ts';

/** A write refused for want of a right, told with that right and the commands that give it; any other error as it is. */
export function explainRefusal(policy: Policy, step: Step, error: ProxmoxError): ProxmoxError {
  const site = policy.sites.find(({ name }) => name === step.site);
  const access = step.server === 'pve' ? site?.pve : site?.pbs.find(({ name }) => name === step.server);
  if (error.kind !== 'forbidden' || !site || !access) return error;
  const needed = rightOfStep(step);
  const { server, call, detail, cause, privilege = needed.privilege, path = needed.path } = error;
  const at = `sites.${site.name}.${step.server === 'pve' ? 'pve' : 'pbs'}`;
  const hasApplyToken = access.applyToken !== undefined;
  const fix = grantsForWrite({ server, privilege, path, scope: rightsScope(policy, site), at, hasApplyToken });
  return new ProxmoxError('forbidden', { server, call, detail, privilege, path, fix, cause });
}
