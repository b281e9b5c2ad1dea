import { accessEntry, type AccessPorts } from '#app/access.ts';
import { ACCOUNT_NAME, nameKey, type Account } from '#core/access/account.ts';
import { mappedRole } from '#core/access/mapped-role.ts';
import type { Role } from '#core/access/role.ts';
import type { ProxySettings } from '#core/policy/server.ts';
import type { ApiContext } from '../api/frame.ts';
import type { Reached } from './address.ts';

/** Whom a proxy let in, and what that is worth here. */
export type Named = { readonly name: string; readonly role: Role | undefined };

type ProxyLogin = {
  /** Undefined where no proxy is trusted to say, or it names nobody. */
  readonly names: (context: ApiContext, reached: Reached) => Named | undefined;
  /** Undefined where no group of theirs has a role, the account is disabled, or the name is one of ours. */
  readonly account: (named: Named) => Promise<Account | undefined>;
};

/** Most people who are remembered to have their role already. */
const MOST = 1000;

/** Log-in by a header of a trusted proxy. From anywhere else the header is not even read. */
export function makeProxyLogin(ports: AccessPorts, proxy: ProxySettings | undefined): ProxyLogin {
  const { header, groupsHeader, roles } = proxy ?? { roles: {} };
  const arrived = new Map<string, Role>();
  return {
    names: ({ req }, { byProxy }) => {
      const name = header === undefined || !byProxy ? undefined : req.header(header)?.trim();
      if (name === undefined || name === '') return undefined;
      const said = groupsHeader === undefined ? name : (req.header(groupsHeader) ?? '');
      const groups = groupsHeader === undefined ? [said] : said.split(',').map((group) => group.trim());
      return { name, role: mappedRole(groups, roles) };
    },
    account: async ({ name, role }) => {
      if (role === undefined || !ACCOUNT_NAME.test(name)) return undefined;
      const subject = `proxy ${nameKey(name)}`;
      if (arrived.get(subject) === role) {
        const known = (await ports.accounts.find(name))?.account;
        // The role of the account is the last that any request brought; this request has its own.
        if (known?.kind === 'proxy') return known.disabled ? undefined : { ...known, role };
      }
      const arrival = { kind: 'proxy', subject, name, role, at: ports.clock.now() } as const;
      const account = await ports.accounts.arrive(arrival, accessEntry(ports, name, 'account from outside', name, `${role}, by the proxy`));
      if (account === 'taken' || account === 'disabled') return undefined;
      if (arrived.size >= MOST) arrived.clear();
      arrived.set(subject, role);
      return account;
    },
  };
}
