import type { UnixSeconds } from '../units.ts';

/** Failed log-ins of one account or one address. */
export type Failures = { readonly count: number; readonly lastAt: UnixSeconds };

/** A person mistypes this often without waiting. */
const FREE = { account: 5, address: 20 } as const;
const LONGEST_SECONDS = 900;
/** After this long without a failure all is forgotten. */
export const FORGET_SECONDS = 3600;

/** Until when no further try is looked at: 2 s after the first failure too many, twice as long after each further one, 15 min at most. */
export function blockedUntil(of: keyof typeof FREE, failures: Failures | undefined): UnixSeconds {
  if (!failures || failures.count < FREE[of]) return 0;
  return failures.lastAt + Math.min(LONGEST_SECONDS, 2 ** Math.min(20, failures.count - FREE[of] + 1));
}

/** With one failure more. What is long past does not count. */
export function withFailure(failures: Failures | undefined, now: UnixSeconds): Failures {
  const recent = failures && now - failures.lastAt < FORGET_SECONDS ? failures.count : 0;
  return { count: recent + 1, lastAt: now };
}
