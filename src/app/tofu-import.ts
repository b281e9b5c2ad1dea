import { hasErrors } from '#core/finding.ts';
import { tofuImports, type TofuImports } from '#core/tofu/import.ts';
import type { Unknown } from '#core/world/actual.ts';
import { chooseSite, type SiteChoice } from './choose-site.ts';
import type { Ports } from './ports.ts';

export type WrittenImports =
  | SiteChoice
  | { readonly outcome: 'unknown'; readonly unknown: Unknown }
  | { readonly outcome: 'written'; readonly site: string; readonly imports: TofuImports };

/** Looks at a site and writes the code that brings what exists under OpenTofu. Throws ProxmoxError. */
export async function writeTofuImports(
  ports: Pick<Ports, 'policySource' | 'connect' | 'clock'>,
  { site: wanted, withGuests }: { readonly site?: string; readonly withGuests: boolean },
): Promise<WrittenImports> {
  const { policy, findings } = await ports.policySource.load();
  if (!policy || hasErrors(findings)) return { outcome: 'invalid', findings };
  const chosen = chooseSite(policy, wanted);
  if (chosen.outcome !== 'site') return chosen;
  const proxmox = ports.connect(chosen.site);
  try {
    const made = tofuImports({ policy, site: chosen.site, actual: await proxmox.observe(), now: ports.clock.now(), withGuests });
    return made.ok ? { outcome: 'written', site: chosen.site.name, imports: made.imports } : { outcome: 'unknown', unknown: made.unknown };
  } finally {
    await proxmox.close();
  }
}
