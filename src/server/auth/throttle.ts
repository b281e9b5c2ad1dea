import { nameKey } from '#core/access/account.ts';
import { blockedUntil, FORGET_SECONDS, withFailure, type Failures } from '#core/access/throttle.ts';
import { addressKey } from './address.ts';

/** Most accounts and addresses that are remembered; the oldest go first. */
const MOST = 10_000;
/** Most log-ins that are looked at at once: each costs memory and a thread. */
const MOST_AT_ONCE = 20;

export type Throttle = {
  /** Seconds to wait before another try is looked at; 0: now. It is the same for accounts that do not exist. */
  readonly waitSeconds: (name: string, address: string) => number;
  /** Counts a try as failed before it is looked at, so that many at once are as slow as one after the other. */
  readonly tries: (name: string, address: string) => void;
  /** It was right. Earlier failures of the address only time forgives, or an own account would be a way to guess on. */
  readonly succeeded: (name: string, address: string) => void;
  /** Runs a try; undefined where too many run already. */
  readonly atMost: <T>(attempt: () => Promise<T>) => Promise<T | undefined>;
};

/** Makes guessing slow, by account and by address, in bounded memory. */
export function makeThrottle(now: () => number): Throttle {
  const [accounts, addresses] = [new Map<string, Failures>(), new Map<string, Failures>()];
  let running = 0;
  return {
    waitSeconds: (name, address) => {
      const until = Math.max(
        blockedUntil('account', accounts.get(nameKey(name))),
        blockedUntil('address', addresses.get(addressKey(address))),
      );
      return Math.max(0, until - now());
    },
    tries: (name, address) => {
      remember(accounts, nameKey(name), now());
      remember(addresses, addressKey(address), now());
    },
    succeeded: (name, address) => {
      accounts.delete(nameKey(name));
      const known = addresses.get(addressKey(address));
      if (known) addresses.set(addressKey(address), { ...known, count: known.count - 1 });
    },
    atMost: async (attempt) => {
      if (running >= MOST_AT_ONCE) return undefined;
      running += 1;
      try {
        return await attempt();
      } finally {
        running -= 1;
      }
    },
  };
}

/** Newest last, so that the first is the one to go. */
function remember(known: Map<string, Failures>, key: string, now: number): void {
  const failures = withFailure(known.get(key), now);
  known.delete(key);
  known.set(key, failures);
  for (const [other, { lastAt }] of known) {
    if (known.size <= MOST && now - lastAt < FORGET_SECONDS) break;
    known.delete(other);
  }
}
