import type { Accounts, Clock, Credentials } from './ports.ts';
import type { AuditEntry } from '#core/memory/record.ts';

/** What every use case about who may log in needs. */
export type AccessPorts = { readonly accounts: Accounts; readonly credentials: Credentials; readonly clock: Clock };

/** A line of the audit log about access. */
export function accessEntry({ clock }: Pick<AccessPorts, 'clock'>, by: string, act: string, on: string, detail = ''): AuditEntry {
  return { at: clock.now(), by, act, on, detail };
}
