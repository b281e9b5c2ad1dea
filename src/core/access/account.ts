import type { UnixSeconds } from '../units.ts';
import type { Role, Scope } from './role.ts';

/** Somebody who may log in. A local account has a password here; the others are vouched for by somebody else. */
export type Account = {
  /** As it was written when it was made; `nameKey` says which names are one. */
  readonly name: string;
  /** Of an account from outside: the one its last arrival brought. */
  readonly role: Role;
  readonly kind: AccountKind;
  readonly createdAt: UnixSeconds;
  readonly lastLoginAt?: UnixSeconds;
  readonly disabled: boolean;
};

export type AccountKind = 'local' | 'oidc' | 'proxy';

/** One log-in that lasts. Its secret is known to the browser alone. */
export type Session = {
  readonly account: string;
  readonly via: Via;
  readonly createdAt: UnixSeconds;
  /** Written at most once a minute. */
  readonly seenAt: UnixSeconds;
};

/** How somebody proved who they are. */
export type Via = 'password' | 'oidc' | 'proxy' | 'token';

/** A secret with which a program acts for its owner, never with more than the owner's role. */
export type ApiToken = {
  /** Names it for people; tells nothing of the secret. */
  readonly id: string;
  readonly label: string;
  readonly owner: string;
  readonly scope: Scope;
  readonly createdAt: UnixSeconds;
  readonly expiresAt: UnixSeconds;
  /** Written at most once a minute. */
  readonly lastUsedAt?: UnixSeconds;
};

/** Equal for names that people would take for one: `Anna` and `anna`, and letters that only look composed differently. */
export function nameKey(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}

/** Letters and digits of any script first; then also spaces and `._@-`. */
export const ACCOUNT_NAME = /^[\p{L}\p{N}][\p{L}\p{N}._@ -]{0,99}$/u;
