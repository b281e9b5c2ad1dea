import type { Accounts } from '#app/ports.ts';
import { nameKey, type Account, type ApiToken, type Session } from '#core/access/account.ts';
import type { AuditEntry } from '#core/memory/record.ts';

type Kept = { account: Account; readonly subject?: string; passwordHash?: string };

/** Accounts that are forgotten when their process goes: for tests, and for a demonstration. `append` writes their lines of the audit log. */
export function volatileAccounts(append: (entry: AuditEntry) => void = () => {}): Accounts {
  const accounts = new Map<string, Kept>();
  const sessions = new Map<string, Session>();
  const tokens = new Map<string, ApiToken>();
  let setup: { readonly hash: string; readonly untilAt: number } | undefined;
  const kept = (name: string): Kept | undefined => accounts.get(nameKey(name));
  const add = (one: Kept, entry: AuditEntry): void => {
    accounts.set(nameKey(one.account.name), one);
    append(entry);
  };
  return {
    list: async () => [...accounts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, { account }]) => account),
    find: async (name) => {
      const one = kept(name);
      return one && { account: one.account, ...(one.passwordHash === undefined ? {} : { passwordHash: one.passwordHash }) };
    },
    add: async ({ passwordHash, ...account }, entry) => {
      if (kept(account.name)) return 'taken';
      add({ account: { ...account, kind: 'local', disabled: false }, passwordHash }, entry);
      return 'added';
    },
    change: async (name, { role, disabled, passwordHash }, entry) => {
      const one = kept(name);
      if (!one) return 'unknown';
      const next = { ...one.account, role: role ?? one.account.role, disabled: disabled ?? one.account.disabled };
      const admins = [...accounts.values()].filter(isAdmin);
      if (isAdmin(one) && !isAdmin({ account: next }) && admins.length === 1) return 'last-admin';
      one.account = next;
      if (passwordHash !== undefined) one.passwordHash = passwordHash;
      if (passwordHash !== undefined || disabled === true)
        for (const [hash, { account }] of sessions) if (account === next.name) sessions.delete(hash);
      append(entry);
      return 'changed';
    },
    arrive: async ({ kind, subject, name, role, at }, entry) => {
      const known = [...accounts.values()].find((one) => one.subject === subject);
      if (known?.account.disabled) return 'disabled';
      if (!known && kept(name)) return 'taken';
      const account = known ? { ...known.account, role } : { name, role, kind, createdAt: at, disabled: false };
      if (!known) add({ account, subject }, entry);
      else if (known.account.role !== role) append(entry);
      if (known) known.account = account;
      return account;
    },
    offerSetup: async (hash, untilAt) => {
      setup = accounts.size === 0 ? { hash, untilAt } : undefined;
      return setup !== undefined;
    },
    useSetup: async (hash, { passwordHash, ...account }, entry) => {
      if (accounts.size > 0 || setup?.hash !== hash || setup.untilAt <= account.createdAt) return 'refused';
      setup = undefined;
      add({ account: { ...account, kind: 'local', disabled: false }, passwordHash }, entry);
      return 'made';
    },
    beginSession: async (hash, session, overBefore, entry) => {
      const one = kept(session.account);
      if (!one) return;
      for (const [other, { seenAt }] of sessions) if (seenAt < overBefore) sessions.delete(other);
      sessions.set(hash, { ...session, account: one.account.name });
      one.account = { ...one.account, lastLoginAt: session.createdAt };
      append(entry);
    },
    session: async (hash) => {
      const session = sessions.get(hash);
      return session && { session, account: kept(session.account)!.account };
    },
    sawSession: async (hash, at) => {
      const session = sessions.get(hash);
      if (session && session.seenAt < at) sessions.set(hash, { ...session, seenAt: at });
    },
    endSession: async (hash, entry) => {
      const was = sessions.delete(hash);
      if (was) append(entry);
      return was;
    },
    addToken: async (hash, token, entry) => {
      const one = kept(token.owner);
      if (!one) return;
      tokens.set(hash, { ...token, owner: one.account.name });
      append(entry);
    },
    tokens: async (owner) =>
      [...tokens.values()]
        .filter((token) => owner === undefined || nameKey(token.owner) === nameKey(owner))
        .toSorted((a, b) => order(nameKey(a.owner), nameKey(b.owner)) || b.createdAt - a.createdAt || order(a.id, b.id)),
    token: async (hash) => {
      const token = tokens.get(hash);
      return token && { token, account: kept(token.owner)!.account };
    },
    usedToken: async (id, at) => {
      for (const [hash, token] of tokens) if (token.id === id) tokens.set(hash, { ...token, lastUsedAt: at });
    },
    revokeToken: async (id, entry) => {
      const [hash] = [...tokens].find(([, token]) => token.id === id) ?? [];
      if (hash === undefined) return false;
      tokens.delete(hash);
      append(entry);
      return true;
    },
    note: async (entry) => append(entry),
  };
}

function isAdmin({ account }: Pick<Kept, 'account'>): boolean {
  return account.role === 'admin' && !account.disabled;
}

function order(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
