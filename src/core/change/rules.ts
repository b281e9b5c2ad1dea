import type { Account } from '../access/account.ts';
import { nameKey } from '../access/account.ts';
import { mayApprove, WAITING_SECONDS } from '../access/approve.ts';
import { covers, type Role } from '../access/role.ts';
import type { UnixSeconds } from '../units.ts';
import type { ChangeRecord, ChangeState } from './change.ts';

/*
 * Who may do what with a change. An operator asks for one, an approver lets it through and carries it out. What weakens nothing may be approved by who
 * asked for it; what weakens takes another person, or a wait where there is none.
 */

export type Person = { readonly name: string; readonly role: Role };

/** Everybody who could approve, and how long somebody waits who is alone. */
export type House = { readonly accounts: readonly Pick<Account, 'name' | 'role' | 'disabled'>[]; readonly waitingSeconds?: number };

export type May = { readonly possible: true } | { readonly possible: false; readonly because: string };

const IS: Readonly<Record<ChangeState, string>> = {
  proposed: 'nobody has approved it yet',
  approved: 'it is approved already',
  applying: 'it is being applied',
  applied: 'it is applied already',
  failed: 'it has failed; propose it anew',
  rejected: 'it was rejected',
  stale: 'it is stale; propose it anew',
};

/** Whether the person may let a proposed change through now. One that weakens takes somebody else, or who is alone after the wait; `because` fits into a sentence. */
export function mayApproveChange(change: ChangeRecord, person: Person, house: House, now: UnixSeconds): May {
  if (change.state !== 'proposed') return no(IS[change.state]);
  if (!covers(person.role, 'approver')) return needsApprover(person);
  if (change.weakens.length === 0) return { possible: true };
  const approval = mayApprove(person, change, house.accounts, now, house.waitingSeconds);
  if (approval.may) return { possible: true };
  return no(
    approval.because === 'waiting'
      ? 'it weakens what is promised, and you asked for it; nobody else could approve it, so that you may when the waiting time is over'
      : 'it weakens what is promised, and you asked for it: another approver has to agree',
  );
}

/** When the one who asked may approve it alone; undefined where that is nothing to wait for. */
export function mayAloneAt(change: ChangeRecord, { accounts, waitingSeconds = WAITING_SECONDS }: House): UnixSeconds | undefined {
  if (change.state !== 'proposed' || change.weakens.length === 0) return undefined;
  const approvers = accounts.filter(({ role, disabled }) => !disabled && covers(role, 'approver'));
  const others = approvers.filter(({ name }) => nameKey(name) !== nameKey(change.by));
  return others.length === 0 && approvers.length > 0 ? change.at + waitingSeconds : undefined;
}

/** Whether the person may carry an approved change out: any approver, who asked for it too. */
export function mayApplyChange(change: ChangeRecord, person: Person): May {
  if (change.state !== 'approved') return no(IS[change.state]);
  return covers(person.role, 'approver') ? { possible: true } : needsApprover(person);
}

/** Whoever asked for it may take it back; an approver may reject it. */
export function mayRejectChange(change: ChangeRecord, person: Person): May {
  if (change.state !== 'proposed' && change.state !== 'approved') return no(IS[change.state]);
  if (nameKey(person.name) === nameKey(change.by) || covers(person.role, 'approver')) return { possible: true };
  return needsApprover(person);
}

function needsApprover({ name, role }: Person): May {
  return no(`${name} is ${role}; it takes an approver`);
}

function no(because: string): May {
  return { possible: false, because };
}

/** The change after an act; what it asks for stays as it is. */
export function approved(change: ChangeRecord, by: string, at: UnixSeconds, reason?: string): ChangeRecord {
  const approval = { by, at, ...(reason === undefined ? {} : { reason }) };
  return { ...change, state: 'approved', approvals: [...change.approvals, approval] };
}

/** The change while it is carried out; `applied` says by whom, since when, and in which process. */
export function begun(change: ChangeRecord, applied: NonNullable<ChangeRecord['applied']>): ChangeRecord {
  return { ...change, state: 'applying', applied };
}

/** The change at its end, which it never leaves. `because` says why it failed, was rejected or is stale. */
export function ended(
  change: ChangeRecord,
  state: Extract<ChangeState, 'applied' | 'failed' | 'rejected' | 'stale'>,
  at: UnixSeconds,
  because?: string,
): ChangeRecord {
  return { ...change, state, endedAt: at, ...(because === undefined ? {} : { because }) };
}
