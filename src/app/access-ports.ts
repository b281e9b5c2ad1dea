import type { Account, AccountKind, ApiToken, Session } from '#core/access/account.ts';
import type { Role } from '#core/access/role.ts';
import type { AuditEntry } from '#core/memory/record.ts';
import type { UnixSeconds } from '#core/units.ts';

/**
 * Who may log in: one contract that SQLite, PostgreSQL and the one in memory keep. Secrets come as hashes only. What changes something takes
 * its line of the audit log, and both are written or neither. Names are one where `nameKey` says so. Throws StoreError.
 */
export type Accounts = {
  /** By name. */
  readonly list: () => Promise<readonly Account[]>;
  readonly find: (name: string) => Promise<KnownAccount | undefined>;
  readonly add: (account: NewAccount, entry: AuditEntry) => Promise<'added' | 'taken'>;
  /** A new password, and being disabled, end all sessions. `last-admin`: nobody would be left who may change accounts. */
  readonly change: (name: string, change: AccountChange, entry: AuditEntry) => Promise<'changed' | 'unknown' | 'last-admin'>;
  /**
   * Somebody whom another vouches for, by the `subject` that one knows them by: the account is made or gets the role that was brought. The name is
   * taken with the first arrival and stays. `taken`: the name is another account's.
   */
  readonly arrive: (arrival: Arrival, entry: AuditEntry) => Promise<Account | 'taken' | 'disabled'>;
  /** Replaces the secret that makes the first account; `false`, and nothing is kept, where there is an account already. */
  readonly offerSetup: (hash: string, untilAt: UnixSeconds) => Promise<boolean>;
  /** Makes the first account of all, once. */
  readonly useSetup: (hash: string, first: NewAccount, entry: AuditEntry) => Promise<'made' | 'refused'>;
  /** Begins a session, and drops those last seen before `overBefore`. */
  readonly beginSession: (hash: string, session: Session, overBefore: UnixSeconds, entry: AuditEntry) => Promise<void>;
  readonly session: (hash: string) => Promise<{ readonly session: Session; readonly account: Account } | undefined>;
  readonly sawSession: (hash: string, at: UnixSeconds) => Promise<void>;
  /** Whether there was one. */
  readonly endSession: (hash: string, entry: AuditEntry) => Promise<boolean>;
  readonly addToken: (hash: string, token: ApiToken, entry: AuditEntry) => Promise<void>;
  /** Of one owner or of all, those that ended too; by owner, then the newest first. */
  readonly tokens: (owner?: string) => Promise<readonly ApiToken[]>;
  readonly token: (hash: string) => Promise<{ readonly token: ApiToken; readonly account: Account } | undefined>;
  readonly usedToken: (id: string, at: UnixSeconds) => Promise<void>;
  /** Whether there was one. */
  readonly revokeToken: (id: string, entry: AuditEntry) => Promise<boolean>;
  /** A line of the audit log by itself. */
  readonly note: (entry: AuditEntry) => Promise<void>;
};

export type KnownAccount = { readonly account: Account; readonly passwordHash?: string };
export type NewAccount = Pick<Account, 'name' | 'role' | 'createdAt'> & { readonly passwordHash: string };
export type AccountChange = { readonly role?: Role; readonly disabled?: boolean; readonly passwordHash?: string };
export type Arrival = {
  readonly kind: Exclude<AccountKind, 'local'>;
  readonly subject: string;
  readonly name: string;
  readonly role: Role;
  readonly at: UnixSeconds;
};

/** Makes and compares secrets. */
export type Credentials = {
  /** 256 random bits, as text for an address or a header. */
  readonly make: () => string;
  /** How a secret of 256 random bits is stored: SHA-256. */
  readonly fingerprint: (secret: string) => string;
  /** Another secret that follows from a secret and does not tell it. */
  readonly derive: (secret: string, purpose: string) => string;
  /** In a time that tells nothing of either. */
  readonly same: (a: string, b: string) => boolean;
  /** Slow on purpose, with what it was made with inside. */
  readonly hashPassword: (password: string) => Promise<string>;
  /** Takes as long where there is no hash. */
  readonly isPassword: (password: string, hash: string | undefined) => Promise<boolean>;
};
