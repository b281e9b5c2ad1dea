import type { Finding } from '../finding.ts';
import type { LedgerPoint } from '../memory/record.ts';
import type { Site } from '../policy/policy.ts';
import { spellCount, type UnixSeconds } from '../units.ts';
import type { ProxmoxError } from '../world/proxmox-error.ts';
import { spellPlace } from './place.ts';

/** Points of one group that should be protected and are too many. */
export function lockLimitFinding(site: Site, beyond: readonly [LedgerPoint, ...LedgerPoint[]], limit: number): Finding {
  const place = spellPlace(beyond[0], site.pbs.length > 1);
  return {
    severity: 'warning',
    code: 'HF-LOCK-LIMIT',
    at: `${site.name}: ${place}`,
    site: site.name,
    problem: `${beyond.length} of its points are not protected: more than ${limit} are never locked in one group`,
    why: 'so many points are more than twice what its schedule makes; locking them all would fill the datastore with points that no prune may remove',
    fix: 'see what makes them, and stop it:\n    holdfast explain ' + beyond[0].id,
  };
}

/** A server that would not set or lift protections, with the first reason it gave. */
export function lockFailedFinding(site: Site, error: ProxmoxError, left: number): Finding {
  return {
    severity: 'error',
    code: 'HF-LOCK-FAILED',
    at: `${site.name}: PBS ${error.server}`,
    site: site.name,
    problem: `${spellCount(left, 'protection')} could not be set or lifted: ${error.detail.trim()}`,
    why: 'points that were promised to be locked can be pruned or deleted like any other',
    fix: fixOf(site, error),
  };
}

function fixOf({ name }: Site, { kind, detail, fix }: ProxmoxError): string {
  if (/owner check failed/.test(detail))
    return 'the group belongs to another login than storages.backupToken; let PVE back up with that token, or change the owner of the group';
  return kind === 'forbidden' ? `print what storages.backupToken needs, and grant it:\n    holdfast grants --for lock --site ${name}` : fix;
}

/** How long a lifted protection is told: whoever did it may come back. */
const TOLD_SECONDS = 7 * 86_400;

/** Protections of ours that somebody else lifted before their date. */
export function lockLiftedFinding(site: Site, points: readonly [LedgerPoint, ...LedgerPoint[]], now: UnixSeconds): Finding {
  return {
    severity: 'error',
    code: 'HF-LOCK-LIFTED',
    at: `${site.name}: ${spellPlace(points[0], site.pbs.length > 1)}`,
    site: site.name,
    lastsUntilAt: now + TOLD_SECONDS,
    problem: `Somebody lifted the protection of ${spellCount(points.length, 'point')} before ${points.length === 1 ? 'its date' : 'their dates'}; Holdfast sets it again`,
    why: 'whoever lifts a protection is about to delete, or has a login that should not be able to',
    fix: 'find out who it was (PBS writes each call into /var/log/proxmox-backup/api/access.log), and change that secret',
  };
}
