import { hasErrors, type Finding } from '#core/finding.ts';
import { tofuVars, type TofuVars } from '#core/tofu/vars.ts';
import { chooseSite, type SiteChoice } from './choose-site.ts';
import type { Ports } from './ports.ts';

export type WrittenVars =
  | SiteChoice
  | {
      readonly outcome: 'written';
      readonly site: string;
      readonly vars: TofuVars;
      readonly text: string;
      readonly findings: readonly Finding[];
    };

/** The variables for OpenTofu, as the text of a `*.auto.tfvars.json`. Asks no server. */
export async function writeTofuVars(ports: Pick<Ports, 'policySource'>, wanted?: string): Promise<WrittenVars> {
  const { policy, findings } = await ports.policySource.load();
  if (!policy || hasErrors(findings)) return { outcome: 'invalid', findings };
  const chosen = chooseSite(policy, wanted);
  if (chosen.outcome !== 'site') return chosen;
  const { vars, findings: told } = tofuVars(policy, chosen.site);
  return { outcome: 'written', site: chosen.site.name, vars, text: `${JSON.stringify(vars, undefined, 2)}\n`, findings: told };
}
