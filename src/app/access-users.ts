import { nameKey } from '#core/access/account.ts';
import { weakness } from '#core/access/password.ts';
import type { Role } from '#core/access/role.ts';
import { accessEntry, type AccessPorts } from './access.ts';
import { checkPassword } from './access-sessions.ts';

export type UserOutcome =
  | { readonly outcome: 'done' | 'taken' | 'unknown' | 'last-admin' | 'own-account' }
  /** It is vouched for elsewhere: role and password are not ours. */
  | { readonly outcome: 'outside' }
  | { readonly outcome: 'weak'; readonly because: string };

export type NewUser = { readonly name: string; readonly role: Role; readonly password: string };
export type UserChange = {
  readonly role?: Role | undefined;
  readonly disabled?: boolean | undefined;
  readonly password?: string | undefined;
};

/** Makes a local account. `by`: a person's name, or who runs a command. */
export async function addUser(ports: AccessPorts, by: string, { name, role, password }: NewUser): Promise<UserOutcome> {
  const { accounts, credentials, clock } = ports;
  const because = weakness(password, name);
  if (because !== undefined) return { outcome: 'weak', because };
  const account = { name, role, createdAt: clock.now(), passwordHash: await credentials.hashPassword(password) };
  const added = await accounts.add(account, accessEntry(ports, by, 'add account', name, role));
  return { outcome: added === 'added' ? 'done' : 'taken' };
}

/**
 * Changes another's account. `own-account`: an admin cannot take their own role or disable themselves by mistake. A new password, and being
 * disabled, end all sessions of the account.
 */
export async function changeUser(ports: AccessPorts, by: string, name: string, wanted: UserChange): Promise<UserOutcome> {
  const { accounts, credentials } = ports;
  const found = await accounts.find(name);
  if (!found) return { outcome: 'unknown' };
  const { account } = found;
  const { role, disabled, password } = wanted;
  if (account.kind !== 'local' && (role !== undefined || password !== undefined)) return { outcome: 'outside' };
  if (nameKey(by) === nameKey(name) && (disabled === true || (role !== undefined && role !== account.role)))
    return { outcome: 'own-account' };
  const because = password === undefined ? undefined : weakness(password, account.name);
  if (because !== undefined) return { outcome: 'weak', because };
  const change = {
    ...(role === undefined ? {} : { role }),
    ...(disabled === undefined ? {} : { disabled }),
    ...(password === undefined ? {} : { passwordHash: await credentials.hashPassword(password) }),
  };
  const said = [
    ...(role === undefined || role === account.role ? [] : [`${account.role} → ${role}`]),
    ...(disabled === undefined ? [] : [disabled ? 'disabled' : 'enabled']),
    ...(password === undefined ? [] : ['new password']),
  ];
  const changed = await accounts.change(account.name, change, accessEntry(ports, by, 'change account', account.name, said.join(', ')));
  return { outcome: changed === 'changed' ? 'done' : changed };
}

/** Somebody's own password, with the one they have. All their sessions end. */
export async function changeOwnPassword(
  ports: AccessPorts,
  name: string,
  given: { readonly current: string; readonly password: string },
): Promise<UserOutcome | { readonly outcome: 'wrong' }> {
  const { account } = await checkPassword(ports, name, given.current);
  if (!account) return { outcome: 'wrong' };
  return changeUser(ports, name, name, { password: given.password });
}
