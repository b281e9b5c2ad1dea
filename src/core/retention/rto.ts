import type { Assume, Tier } from '../policy/policy.ts';
import { spellDuration, spellRate, spellSize } from '../units.ts';
import type { Finding } from '../finding.ts';
import type { Unproved } from './proof.ts';

/** The largest guest that is back within the RTO at a restore rate: reading its data back is all the time there is. */
export function largestGuestBytes(tier: Tier, restoreBytesPerSecond: number): number {
  return tier.rtoSeconds * restoreBytesPerSecond;
}

export type GuestSize = { readonly site: string; readonly vmid: number; readonly name: string; readonly sizeBytes?: number };

/**
 * Holds the RTO against a guest's size and a restore rate, measured or assumed. A size nobody knows is a finding, too.
 * Starting the guest, finding the right point and deciding come on top.
 */
export function proveRto(
  tier: Tier,
  guest: GuestSize,
  rate: { readonly bytesPerSecond: number; readonly measured: boolean },
): Finding | undefined {
  const common = { at: `${guest.site}: guest ${guest.vmid} (${guest.name})`, site: guest.site, vmid: guest.vmid, tier: tier.id };
  const speed = `${spellRate(rate.bytesPerSecond)}${rate.measured ? '' : ' (assumed)'}`;
  if (guest.sizeBytes === undefined) {
    return {
      ...common,
      severity: 'warning',
      code: 'HF-RTO-UNKNOWN',
      problem: `The size of ${guest.name} is not known, so nobody can say whether it is back within ${spellDuration(tier.rtoSeconds)}`,
      why: `at ${speed} the RTO holds up to ${spellSize(largestGuestBytes(tier, rate.bytesPerSecond))}, and no further`,
      fix: 'let the audit token read the configuration of the guest (VM.Audit)',
    };
  }
  const seconds = Math.ceil(guest.sizeBytes / rate.bytesPerSecond);
  if (seconds <= tier.rtoSeconds) return undefined;
  return {
    ...common,
    severity: 'error',
    code: 'HF-RTO',
    problem: `${guest.name} has ${spellSize(guest.sizeBytes)}; reading them back at ${speed} takes ${spellDuration(seconds)}, the RTO is ${spellDuration(tier.rtoSeconds)}`,
    why: 'after a loss it is down for longer than anybody was told, even if nothing else goes wrong',
    fix: `restore faster, split the guest, or promise what is true:\n    rto: ${spellDuration(Math.ceil(seconds / 3600) * 3600).replaceAll(' ', '')}`,
  };
}

/** What is said of the RTO where no sizes are known. */
export function rtoUnproved(tier: Tier, assume: Assume): Unproved {
  const bytesPerSecond = tier.assume?.restoreBytesPerSecond ?? assume.restoreBytesPerSecond;
  const largestBytes = largestGuestBytes(tier, bytesPerSecond);
  const because = `sizes of guests are not in the policy; at ${spellRate(bytesPerSecond)} (assumed) it holds up to ${spellSize(largestBytes)} a guest`;
  return { promise: 'rto', promisedSeconds: tier.rtoSeconds, largestBytes, bytesPerSecond, because };
}
