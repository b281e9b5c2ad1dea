import type { Finding } from '../finding.ts';
import { spellDuration } from '../units.ts';
import type { DraftPolicy, DraftSite } from './draft.ts';

/** What `pressure:` of a site needs so that a suspension is meant, ends, and cannot cost a recovery point. */
export function checkPressure({ sites, tiers }: DraftPolicy): Finding[] {
  return sites.flatMap((site) => [...login(site), ...span(site), ...named(site, tiers)]);
}

function login(site: DraftSite): Finding[] {
  if (!site.pressure || site.pve?.pressureToken !== undefined) return [];
  return [
    finding(site, 'pressure', {
      severity: 'warning',
      problem: `Jobs of site ${site.name} are to be suspended under pressure, and no login may do that`,
      why: 'nothing would be suspended, and whoever wrote it relies on it',
      fix: 'make a token of its own, and name it in pve.pressureToken:\n    holdfast grants --for pressure',
    }),
  ];
}

function span(site: DraftSite): Finding[] {
  const { belowSeconds, resumeSeconds } = site.pressure ?? {};
  if (belowSeconds === undefined || resumeSeconds === undefined || resumeSeconds > belowSeconds) return [];
  return [
    finding(site, 'pressure', {
      problem: `"resume" (${spellDuration(resumeSeconds)}) is not longer than "below" (${spellDuration(belowSeconds)})`,
      why: 'a job would be suspended and taken back in turns',
      fix: `let it be taken back later:\n    resume: ${spellDuration(2 * belowSeconds)}`,
    }),
  ];
}

function named(site: DraftSite, tiers: DraftPolicy['tiers']): Finding[] {
  return (site.pressure?.tiers ?? []).flatMap((id, i): Finding[] => {
    const tier = tiers.find((one) => one.id === id);
    const told = (problem: string, why: string, fix: string): Finding[] => [finding(site, `pressure.tiers.${i}`, { problem, why, fix })];
    if (id === 1)
      return told(
        'Tier 1 is to be suspended under pressure',
        'what matters most would go without backups so that others have room',
        'leave it out',
      );
    if (!tier)
      return told(`Pressure names tier ${id}, and there is none`, 'it would suspend less than it says', 'leave it out, or write the tier');
    if (tier.encryption !== true) return [];
    return told(
      `Tier ${id} is encrypted, and is to be suspended under pressure`,
      'PVE lets nobody disable a job who may not also remove its storage, and with a storage goes the key without which its points cannot be read',
      'leave it out',
    );
  });
}

function finding(
  { name }: DraftSite,
  at: string,
  { severity = 'error', ...told }: Pick<Finding, 'problem' | 'why' | 'fix'> & Partial<Pick<Finding, 'severity'>>,
): Finding {
  return { severity, code: 'HF-PRESSURE-RULE', at: `sites.${name}.${at}`, site: name, ...told };
}
