import { ACCOUNT_NAME, type Account } from '#core/access/account.ts';
import type { Role } from '#core/access/role.ts';
import { accessEntry, type AccessPorts } from './access.ts';

/** Somebody for whom an issuer of OpenID Connect vouches, with the role their groups have here. */
export type Vouched = { readonly issuer: string; readonly subject: string; readonly name: string; readonly role: Role };

/**
 * The account of somebody who comes from an issuer, made where this is their first time. It is known by the issuer's own id of them, never by its
 * name: a name that is an account's already gets the issuer's behind it, so that nobody becomes somebody else by being called the same.
 */
export async function arriveFrom(
  ports: AccessPorts,
  { issuer, subject, name, role }: Vouched,
): Promise<Account | 'taken' | 'disabled' | 'no-name'> {
  const { hostname } = new URL(issuer);
  for (const wanted of [name, `${name}@${hostname}`]) {
    if (!ACCOUNT_NAME.test(wanted)) return 'no-name';
    const arrival = { kind: 'oidc', subject: `${issuer} ${subject}`, name: wanted, role, at: ports.clock.now() } as const;
    const entry = accessEntry(ports, wanted, 'account from outside', wanted, `${role}, by ${hostname}`);
    const account = await ports.accounts.arrive(arrival, entry);
    if (account !== 'taken') return account;
  }
  return 'taken';
}
