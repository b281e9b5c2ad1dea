import type { Account, ApiToken } from '#core/access/account.ts';
import { covers, lesserRole, roleOfScope, type Role, type Scope } from '#core/access/role.ts';
import { SIGHT_SECONDS } from '#core/access/session-life.ts';
import { DAY_SECONDS } from '#core/units.ts';
import { accessEntry, type AccessPorts } from './access.ts';

/** So begins every token, for people and for scanners of leaked secrets. */
export const TOKEN_PREFIX = 'hf_';

export type TokenWanted = { readonly label: string; readonly scope: Scope; readonly days: number };

/** A token of `owner`, and its secret, which is told this once. `too-much`: the owner may not do what the scope is for. */
export async function makeToken(
  ports: AccessPorts,
  owner: Pick<Account, 'name' | 'role'>,
  { label, scope, days }: TokenWanted,
): Promise<{ readonly token: ApiToken; readonly secret: string } | 'too-much'> {
  const { accounts, credentials, clock } = ports;
  if (!covers(owner.role, roleOfScope(scope))) return 'too-much';
  const secret = TOKEN_PREFIX + credentials.make();
  const hash = credentials.fingerprint(secret);
  const createdAt = clock.now();
  // The hash of 256 random bits may be known; its beginning names the token for people.
  const token = { id: hash.slice(0, 12), label, owner: owner.name, scope, createdAt, expiresAt: createdAt + days * DAY_SECONDS };
  const detail = `"${label}", for ${scope}, ${days} days`;
  await accounts.addToken(hash, token, accessEntry(ports, owner.name, 'make token', `token ${token.id}`, detail));
  return { token, secret };
}

/** Who acts with this token: never with more than its owner may now. Undefined where it is unknown or over, or its owner disabled. */
export async function whoHasToken(
  { accounts, credentials, clock }: AccessPorts,
  secret: string,
): Promise<{ readonly account: Account; readonly token: ApiToken; readonly role: Role } | undefined> {
  const found = await accounts.token(credentials.fingerprint(secret));
  const now = clock.now();
  if (!found || found.account.disabled || now >= found.token.expiresAt) return undefined;
  const { token, account } = found;
  if (now - (token.lastUsedAt ?? 0) >= SIGHT_SECONDS) await accounts.usedToken(token.id, now);
  return { account, token, role: lesserRole(account.role, roleOfScope(token.scope)) };
}

/** An admin revokes any token, everybody else their own: one that is another's is `unknown` to them. */
export async function revokeToken(
  ports: AccessPorts,
  by: { readonly name: string; readonly role: Role },
  id: string,
): Promise<'revoked' | 'unknown'> {
  const seen = await ports.accounts.tokens(by.role === 'admin' ? undefined : by.name);
  const token = seen.find((one) => one.id === id);
  if (!token) return 'unknown';
  const entry = accessEntry(ports, by.name, 'revoke token', `token ${id}`, `"${token.label}" of ${token.owner}`);
  return (await ports.accounts.revokeToken(id, entry)) ? 'revoked' : 'unknown';
}
