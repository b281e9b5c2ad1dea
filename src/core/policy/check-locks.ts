import type { Finding } from '../finding.ts';
import { spellDuration } from '../units.ts';
import type { DraftPolicy, DraftTier } from './draft.ts';

/** What a tier with `lock: true` needs, and what it costs. */
export function checkLocks({ sites, tiers }: DraftPolicy): Finding[] {
  const locking = tiers.filter(({ lock }) => lock === true);
  const [first] = locking;
  if (!first) return [];
  const lacking = sites.filter((site) => site.places === 'opentofu' && site.storages?.backupToken === undefined);
  return [...lacking.map(({ name }) => withoutLogin(name, first)), ...locking.flatMap(counted)];
}

function withoutLogin(site: string, { id }: DraftTier): Finding {
  return {
    severity: 'warning',
    code: 'HF-LOCK-LOGIN',
    at: `sites.${site}`,
    site,
    problem: `Tier ${id} locks its points, and site ${site} names no login that may protect them`,
    why: 'Holdfast watches with a login that can change nothing; points are protected by the one that makes them, which cannot delete',
    fix: 'name the token PVE backs up with:\n    storages: { backupToken: "env:HOLDFAST_BACKUP_TOKEN" }',
  };
}

/** @see https://pbs.proxmox.com/docs/maintenance.html#prune-and-retention (protected snapshots are not counted) */
function counted({ id, deleteAfterSeconds }: DraftTier): Finding[] {
  if (deleteAfterSeconds === undefined) return [];
  return [
    {
      severity: 'warning',
      code: 'HF-LOCK-KEEPS',
      at: `tiers.${id}.deleteAfter`,
      tier: id,
      problem: `Tier ${id} locks its points, so that some may stay longer than ${spellDuration(deleteAfterSeconds)}`,
      why: 'a prune counts no protected point: the keep values begin to count only once a point is unlocked',
      fix: 'leave out deleteAfter or lock: PBS cannot do both',
    },
  ];
}
