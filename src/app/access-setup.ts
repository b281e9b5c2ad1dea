import { weakness } from '#core/access/password.ts';
import { DAY_SECONDS } from '#core/units.ts';
import { accessEntry, type AccessPorts } from './access.ts';

/** A secret that makes the first account, once, within a day; undefined where there is an account. One that was offered before is void. */
export async function offerSetup({ accounts, credentials, clock }: AccessPorts): Promise<string | undefined> {
  const secret = credentials.make();
  const offered = await accounts.offerSetup(credentials.fingerprint(secret), clock.now() + DAY_SECONDS);
  return offered ? secret : undefined;
}

export type Setup = { readonly secret: string; readonly name: string; readonly password: string };
export type SetUp =
  | { readonly outcome: 'made' | 'refused' }
  /** The password would be guessed. */
  | { readonly outcome: 'weak'; readonly because: string };

/** Makes the first account, an admin. `refused`: the secret is not the one offered, was used, is a day old, or there is an account. */
export async function setUp(ports: AccessPorts, { secret, name, password }: Setup): Promise<SetUp> {
  const { accounts, credentials, clock } = ports;
  const because = weakness(password, name);
  if (because !== undefined) return { outcome: 'weak', because };
  const hash = credentials.fingerprint(secret);
  const first = { name, role: 'admin', createdAt: clock.now(), passwordHash: await credentials.hashPassword(password) } as const;
  return { outcome: await accounts.useSetup(hash, first, accessEntry(ports, name, 'add account', name, 'first account, admin')) };
}
