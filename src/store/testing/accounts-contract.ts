import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Accounts, Arrival, NewAccount } from '#app/ports.ts';
import type { ApiToken, Session } from '#core/access/account.ts';
import type { AuditEntry } from '#core/memory/record.ts';
import { DAY, NOW } from './make.ts';

export type AccountsRig = {
  readonly accounts: Accounts;
  /** What the audit log has, as acts and what they were on. */
  readonly audit: () => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
};

let lines = 0;
function entry(act: string, on = 'x'): AuditEntry {
  return { at: NOW, by: 'test', act, on, detail: String(++lines) };
}
function anna(parts: Partial<NewAccount> = {}): NewAccount {
  return { name: 'Anna', role: 'admin', createdAt: NOW, passwordHash: 'HASH', ...parts };
}
function session(parts: Partial<Session> = {}): Session {
  return { account: 'Anna', via: 'password', createdAt: NOW, seenAt: NOW, ...parts };
}
function token(parts: Partial<ApiToken> = {}): ApiToken {
  return { id: 't1', label: 'pipeline', owner: 'Anna', scope: 'read', createdAt: NOW, expiresAt: NOW + DAY, ...parts };
}
function arrival(parts: Partial<Arrival> = {}): Arrival {
  return { kind: 'oidc', subject: 'https://id.lan 42', name: 'olga', role: 'operator', at: NOW, ...parts };
}

/** What every keeper of accounts promises. */
export function accountsContract(name: string, open: () => Promise<AccountsRig>): void {
  describe(`accounts: ${name}`, () => {
    let rig: AccountsRig;
    let accounts: Accounts;
    beforeEach(async () => {
      rig = await open();
      accounts = rig.accounts;
    });
    afterEach(() => rig.close());
    const added = { name: 'Anna', role: 'admin', kind: 'local', createdAt: NOW, disabled: false } as const;

    test('an account is found by any spelling of its name, and the name is taken', async () => {
      expect(await accounts.find('anna')).toBeUndefined();
      expect(await accounts.add(anna(), entry('add'))).toBe('added');
      expect(await accounts.add(anna({ name: 'ANNA' }), entry('add again'))).toBe('taken');
      expect(await accounts.add(anna({ name: 'ａnna' }), entry('add wide'))).toBe('taken');
      expect(await accounts.find('aNNa')).toStrictEqual({ account: added, passwordHash: 'HASH' });
      expect(await accounts.add(anna({ name: 'Änne', role: 'viewer' }), entry('add'))).toBe('added');
      expect((await accounts.list()).map((one) => one.name)).toEqual(['Anna', 'Änne']);
      expect(await rig.audit()).toEqual(['add', 'add']);
    });

    test('what is changed stays changed; who is unknown is said', async () => {
      await accounts.add(anna(), entry('add'));
      await accounts.add(anna({ name: 'ben', role: 'viewer' }), entry('add'));
      expect(await accounts.change('ben', { role: 'operator' }, entry('role'))).toBe('changed');
      expect(await accounts.change('BEN', { passwordHash: 'NEW' }, entry('password'))).toBe('changed');
      expect(await accounts.find('ben')).toStrictEqual({
        account: { ...added, name: 'ben', role: 'operator' },
        passwordHash: 'NEW',
      });
      expect(await accounts.change('nobody', { role: 'admin' }, entry('nobody'))).toBe('unknown');
      expect(await rig.audit()).toEqual(['add', 'add', 'role', 'password']);
    });

    test('the last admin cannot be made less, nor disabled; with a second one it can', async () => {
      await accounts.add(anna(), entry('add'));
      for (const change of [{ role: 'approver' }, { disabled: true }] as const)
        expect(await accounts.change('anna', change, entry('last'))).toBe('last-admin');
      await accounts.add(anna({ name: 'ben' }), entry('add'));
      await accounts.change('ben', { disabled: true }, entry('disable'));
      expect(await accounts.change('anna', { disabled: true }, entry('last'))).toBe('last-admin');
      await accounts.change('ben', { disabled: false }, entry('enable'));
      expect(await accounts.change('anna', { disabled: true }, entry('disable'))).toBe('changed');
      expect((await accounts.list()).map((one) => one.disabled)).toEqual([true, false]);
    });

    test('two at once cannot leave nobody who may', async () => {
      await accounts.add(anna(), entry('add'));
      await accounts.add(anna({ name: 'ben' }), entry('add'));
      const answers = await Promise.all(['anna', 'ben'].map((who) => accounts.change(who, { role: 'viewer' }, entry('less', who))));
      expect(answers.toSorted()).toEqual(['changed', 'last-admin']);
    });

    test('sessions are found by their hash, with the account as it is now', async () => {
      await accounts.add(anna(), entry('add'));
      await accounts.beginSession('h1', session(), 0, entry('log in'));
      await accounts.sawSession('h1', NOW + 60);
      await accounts.sawSession('h1', NOW + 30);
      await accounts.add(anna({ name: 'ben' }), entry('add'));
      await accounts.change('anna', { role: 'viewer' }, entry('role'));
      const account = { ...added, role: 'viewer', lastLoginAt: NOW };
      expect(await accounts.session('h1')).toStrictEqual({ session: session({ seenAt: NOW + 60 }), account });
      expect(await accounts.session('h2')).toBeUndefined();
      expect(await accounts.endSession('h1', entry('log out'))).toBe(true);
      expect(await accounts.endSession('h1', entry('log out twice'))).toBe(false);
      expect(await accounts.session('h1')).toBeUndefined();
      expect(await rig.audit()).toEqual(['add', 'log in', 'add', 'role', 'log out']);
    });

    test('a new password, and being disabled, end all sessions of that account and no other; a new role none', async () => {
      await accounts.add(anna(), entry('add'));
      await accounts.add(anna({ name: 'ben' }), entry('add'));
      const begin = async (): Promise<void> => {
        for (const hash of ['a1', 'a2']) await accounts.beginSession(hash, session(), 0, entry('log in', hash));
        await accounts.beginSession('b1', session({ account: 'BEN' }), 0, entry('log in'));
      };
      const left = async (): Promise<readonly string[]> => {
        const found = await Promise.all(['a1', 'a2', 'b1'].map(async (hash) => ((await accounts.session(hash)) ? [hash] : [])));
        const hashes = found.flat();
        for (const hash of hashes) await accounts.endSession(hash, entry('log out'));
        return hashes;
      };
      for (const [change, stay] of [
        [{ passwordHash: 'NEW' }, ['b1']],
        [{ disabled: true }, ['b1']],
        [{ disabled: false }, ['a1', 'a2', 'b1']],
        [{ role: 'operator' }, ['a1', 'a2', 'b1']],
      ] as const) {
        await begin();
        await accounts.change('anna', change, entry('change'));
        expect(await left()).toEqual(stay);
      }
    });

    test('a log-in drops sessions that are long over', async () => {
      await accounts.add(anna(), entry('add'));
      await accounts.beginSession('old', session({ seenAt: NOW - DAY }), 0, entry('log in'));
      await accounts.beginSession('new', session(), NOW - 3600, entry('log in'));
      expect(await accounts.session('old')).toBeUndefined();
      expect(await accounts.session('new')).toBeDefined();
    });

    test('tokens are found by their hash, listed by owner with the newest first, and revoked by their id', async () => {
      await accounts.add(anna(), entry('add'));
      await accounts.add(anna({ name: 'ben', role: 'viewer' }), entry('add'));
      const tokens = [token({ id: 't2', createdAt: NOW + 1 }), token(), token({ id: 't3', owner: 'ben', scope: 'admin' })] as const;
      for (const one of tokens) await accounts.addToken(`h-${one.id}`, one, entry('token', one.id));
      expect(await accounts.tokens()).toStrictEqual(tokens);
      expect(await accounts.tokens('ANNA')).toStrictEqual(tokens.slice(0, 2));
      await accounts.usedToken('t3', NOW + 5);
      const account = { ...added, name: 'ben', role: 'viewer' };
      expect(await accounts.token('h-t3')).toStrictEqual({ token: { ...tokens[2], lastUsedAt: NOW + 5 }, account });
      expect(await accounts.revokeToken('t3', entry('revoke'))).toBe(true);
      expect(await accounts.revokeToken('t3', entry('revoke twice'))).toBe(false);
      expect(await accounts.token('h-t3')).toBeUndefined();
      expect((await rig.audit()).slice(2)).toEqual(['token', 'token', 'token', 'revoke']);
    });

    test('who comes from outside gets the role that was brought, under the name of the first time', async () => {
      await accounts.add(anna(), entry('add'));
      const account = { name: 'olga', role: 'operator', kind: 'oidc', createdAt: NOW, disabled: false };
      expect(await accounts.arrive(arrival(), entry('arrive'))).toStrictEqual(account);
      expect(await accounts.arrive(arrival(), entry('arrive again'))).toStrictEqual(account);
      expect(await accounts.arrive(arrival({ role: 'viewer', name: 'olga-2' }), entry('role'))).toStrictEqual({
        ...account,
        role: 'viewer',
      });
      expect(await accounts.arrive(arrival({ subject: 'https://id.lan 43', name: 'anna' }), entry('taken'))).toBe('taken');
      await accounts.change('olga', { disabled: true }, entry('disable'));
      expect(await accounts.arrive(arrival({ role: 'admin' }), entry('disabled'))).toBe('disabled');
      expect((await accounts.find('olga'))?.account.role).toBe('viewer');
      expect(await accounts.find('olga')).not.toHaveProperty('passwordHash');
      expect(await rig.audit()).toEqual(['add', 'arrive', 'role', 'disable']);
    });

    test('the setup secret makes one account, once, in time, and only where there is none', async () => {
      expect(await accounts.useSetup('s', anna(), entry('none offered'))).toBe('refused');
      expect(await accounts.offerSetup('old', NOW + DAY)).toBe(true);
      expect(await accounts.offerSetup('s', NOW + DAY)).toBe(true);
      for (const [hash, at] of [
        ['old', NOW],
        ['other', NOW],
        ['s', NOW + DAY],
      ] as const)
        expect(await accounts.useSetup(hash, anna({ createdAt: at }), entry('refused'))).toBe('refused');
      expect(await accounts.list()).toEqual([]);
      expect(await accounts.useSetup('s', anna(), entry('set up'))).toBe('made');
      expect(await accounts.useSetup('s', anna({ name: 'ben' }), entry('again'))).toBe('refused');
      expect(await accounts.offerSetup('t', NOW + DAY)).toBe(false);
      expect(await accounts.useSetup('t', anna({ name: 'ben' }), entry('again'))).toBe('refused');
      expect(await rig.audit()).toEqual(['set up']);
    });

    test('where an account was added meanwhile, the setup secret is good for nothing', async () => {
      await accounts.offerSetup('s', NOW + DAY);
      await accounts.add(anna(), entry('add'));
      expect(await accounts.useSetup('s', anna({ name: 'ben' }), entry('set up'))).toBe('refused');
    });

    test('what is of no account is not kept, and a line of the log stands by itself', async () => {
      await accounts.beginSession('h', session(), 0, entry('log in'));
      await accounts.addToken('h', token(), entry('token'));
      expect([await accounts.session('h'), await accounts.token('h')]).toEqual([undefined, undefined]);
      await accounts.note(entry('refused'));
      expect(await rig.audit()).toEqual(['refused']);
    });
  });
}
