import type { Finding } from '../finding.ts';
import { hasEnded } from '../policy/assign.ts';
import type { Exception, Policy, Site } from '../policy/policy.ts';
import type { UnixSeconds } from '../units.ts';
import type { Guest } from '../world/actual.ts';
import { inAYear } from '../policy/last-day.ts';

/** The exceptions of a policy that hold at a site today. */
export function liveExceptions({ exceptions = [] }: Policy, site: Site, now: UnixSeconds): Exception[] {
  return exceptions.filter((one) => (one.site === undefined || one.site === site.name) && !hasEnded(one, { timeZone: site.timeZone, now }));
}

/** A finding that an exception accepts: same code, same guest or object, and, of a disk, that very disk. */
export function isAccepted(finding: Finding, exceptions: readonly Exception[], guestByVmid: ReadonlyMap<number, Guest>): boolean {
  return exceptions.some((one) => {
    if (one.finding !== finding.code || one.disk !== finding.disk) return false;
    if (finding.vmid !== undefined) return one.guest === finding.vmid || one.guest === guestByVmid.get(finding.vmid)?.name;
    return one.on !== undefined && finding.at === `${finding.site}: ${one.on}`;
  });
}

const DISK_CODES = ['HF-DISK-LEFT-OUT', 'HF-MOUNT-LEFT-OUT'];

/** A guest without the disks of which somebody said that they may be lost: a point need not hold them. */
export function withoutAcceptedDisks(guest: Guest, exceptions: readonly Exception[]): Guest {
  const accepted = exceptions.filter((one) => DISK_CODES.includes(one.finding) && (one.guest === guest.vmid || one.guest === guest.name));
  if (accepted.length === 0) return guest;
  return { ...guest, disks: guest.disks.filter((disk) => disk.included || !accepted.some((one) => one.disk === disk.key)) };
}

/** Exceptions that ended: what they accepted is told again. */
export function endedExceptions({ exceptions = [] }: Policy, site: Site, now: UnixSeconds): Finding[] {
  return exceptions
    .filter((one) => (one.site === undefined || one.site === site.name) && hasEnded(one, { timeZone: site.timeZone, now }))
    .map((one) => ({
      severity: 'warning',
      code: 'HF-EXCEPTION-ENDED',
      at: `${site.name}: exceptions, ${one.finding}${one.guest === undefined ? '' : ` of ${one.guest}`}`,
      site: site.name,
      problem: `The exception for ${one.finding} ended on ${one.until}`,
      why: `what it accepted ("${one.reason}") is told again, and counts`,
      fix: `mend what it accepted, or decide anew and give it another last day:\n    until: ${inAYear(site, now)}`,
    }));
}
