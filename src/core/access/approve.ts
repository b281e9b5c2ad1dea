import type { UnixSeconds } from '../units.ts';
import { nameKey, type Account } from './account.ts';
import { covers, type Role } from './role.ts';

/** Where a policy names no waiting time. */
export const WAITING_SECONDS = 1800;

export type Approval =
  | { readonly may: true; readonly because: 'another-person' | 'waited' }
  /** `fromAt`: when the actor alone may, where nobody else could approve. */
  | { readonly may: false; readonly because: 'role' | 'own-act' | 'waiting'; readonly fromAt?: UnixSeconds };

export type Proposed = { readonly by: string; readonly at: UnixSeconds };

/**
 * Whether somebody may approve an act that weakens protection. It takes an approver who is not the actor; where no other account could
 * approve at this moment, the actor may after `waitingSeconds`, so that one stolen session cannot weaken anything at once.
 *
 * @param accounts  all accounts; disabled ones cannot approve, and names that differ only in case are one person
 */
export function mayApprove(
  who: { readonly name: string; readonly role: Role },
  proposed: Proposed,
  accounts: readonly Pick<Account, 'name' | 'role' | 'disabled'>[],
  now: UnixSeconds,
  waitingSeconds: number = WAITING_SECONDS,
): Approval {
  if (!covers(who.role, 'approver')) return { may: false, because: 'role' };
  const actor = nameKey(proposed.by);
  if (nameKey(who.name) !== actor) return { may: true, because: 'another-person' };
  const another = accounts.some(({ name, role, disabled }) => !disabled && covers(role, 'approver') && nameKey(name) !== actor);
  if (another) return { may: false, because: 'own-act' };
  const fromAt = proposed.at + waitingSeconds;
  return now >= fromAt ? { may: true, because: 'waited' } : { may: false, because: 'waiting', fromAt };
}
