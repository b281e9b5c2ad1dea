import type { Accounts, DatabaseCare, Memory, Store } from '#app/ports.ts';
import type { Stores } from './sqlite.ts';

/** A store, a memory and accounts whose engine is loaded by the first call: most commands make none. */
export function lazyStores(open: () => Promise<Stores>): Stores {
  let opened: Promise<Stores> | undefined;
  const stores = (): Promise<Stores> => (opened ??= open());
  return {
    store: lazyStore(async () => (await stores()).store),
    memory: lazyMemory(
      async () => (await stores()).memory,
      () => opened !== undefined,
    ),
    accounts: lazyAccounts(async () => (await stores()).accounts),
  };
}

/** The same for what cares for the database. */
export function lazyCare(open: () => Promise<DatabaseCare>): DatabaseCare {
  return {
    describe: async () => (await open()).describe(),
    backup: async (...given) => (await open()).backup(...given),
    restore: async (...given) => (await open()).restore(...given),
    verify: async (...given) => (await open()).verify(...given),
    move: async (...given) => (await open()).move(...given),
  };
}

function lazyStore(store: () => Promise<Store>): Store {
  return {
    locked: async (name, work) => (await store()).locked(name, work),
    appendIntent: async (intent) => (await store()).appendIntent(intent),
    intents: async () => (await store()).intents(),
  };
}

function lazyMemory(memory: () => Promise<Memory>, used: () => boolean): Memory {
  return {
    leases: {
      round: async (...given) => (await memory()).leases.round(...given),
      release: async (...given) => (await memory()).leases.release(...given),
    },
    outbox: {
      due: async (...given) => (await memory()).outbox.due(...given),
      delivered: async (...given) => (await memory()).outbox.delivered(...given),
      failed: async (...given) => (await memory()).outbox.failed(...given),
      history: async (...given) => (await memory()).outbox.history(...given),
    },
    changes: {
      add: async (...given) => (await memory()).changes.add(...given),
      write: async (...given) => (await memory()).changes.write(...given),
      find: async (...given) => (await memory()).changes.find(...given),
      list: async () => (await memory()).changes.list(),
    },
    policies: {
      add: async (...given) => (await memory()).policies.add(...given),
      list: async () => (await memory()).policies.list(),
      find: async (...given) => (await memory()).policies.find(...given),
    },
    record: async (...given) => (await memory()).record(...given),
    lives: async (...given) => (await memory()).lives(...given),
    recordPoints: async (...given) => (await memory()).recordPoints(...given),
    sites: async () => (await memory()).sites(),
    groups: async (...given) => (await memory()).groups(...given),
    groupPoints: async (...given) => (await memory()).groupPoints(...given),
    points: async function* (...given) {
      yield* (await memory()).points(...given);
    },
    postures: async (...given) => (await memory()).postures(...given),
    postureHistory: async (...given) => (await memory()).postureHistory(...given),
    usage: async (...given) => (await memory()).usage(...given),
    tasks: async (...given) => (await memory()).tasks(...given),
    looks: async (...given) => (await memory()).looks(...given),
    audit: async (...given) => (await memory()).audit(...given),
    appendAudit: async (...given) => (await memory()).appendAudit(...given),
    changeLife: async (...given) => (await memory()).changeLife(...given),
    name: async () => (await memory()).name(),
    troubles: async (...given) => (await memory()).troubles(...given),
    rollUp: async (...given) => (await memory()).rollUp(...given),
    close: async () => void (used() && (await (await memory()).close())),
  };
}

function lazyAccounts(accounts: () => Promise<Accounts>): Accounts {
  return {
    list: async () => (await accounts()).list(),
    find: async (...given) => (await accounts()).find(...given),
    add: async (...given) => (await accounts()).add(...given),
    change: async (...given) => (await accounts()).change(...given),
    arrive: async (...given) => (await accounts()).arrive(...given),
    offerSetup: async (...given) => (await accounts()).offerSetup(...given),
    useSetup: async (...given) => (await accounts()).useSetup(...given),
    beginSession: async (...given) => (await accounts()).beginSession(...given),
    session: async (...given) => (await accounts()).session(...given),
    sawSession: async (...given) => (await accounts()).sawSession(...given),
    endSession: async (...given) => (await accounts()).endSession(...given),
    addToken: async (...given) => (await accounts()).addToken(...given),
    tokens: async (...given) => (await accounts()).tokens(...given),
    token: async (...given) => (await accounts()).token(...given),
    usedToken: async (...given) => (await accounts()).usedToken(...given),
    revokeToken: async (...given) => (await accounts()).revokeToken(...given),
    note: async (...given) => (await accounts()).note(...given),
  };
}
