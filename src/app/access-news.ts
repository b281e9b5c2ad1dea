import type { Accounts } from './access-ports.ts';

/**
 * The same accounts, which tell after each act that stands in the audit log: who listens may be whom it shuts out. Not after an arrival: behind a proxy
 * any request may be one, and the session that follows is told.
 */
export function tellingAccounts(accounts: Accounts, tell: () => void): Accounts {
  const telling =
    <A extends readonly unknown[], T>(act: (...given: A) => Promise<T>) =>
    async (...given: A): Promise<T> => {
      const done = await act(...given);
      tell();
      return done;
    };
  return {
    ...accounts,
    add: telling(accounts.add),
    change: telling(accounts.change),
    useSetup: telling(accounts.useSetup),
    beginSession: telling(accounts.beginSession),
    endSession: telling(accounts.endSession),
    addToken: telling(accounts.addToken),
    revokeToken: telling(accounts.revokeToken),
    note: telling(accounts.note),
  };
}
