import type { LedgerPoint } from '../memory/record.ts';
import type { UnixSeconds } from '../units.ts';

/**
 * How long an intent to protect explains a flag that is found later. Our own restart after a crash takes minutes; a flag found after more
 * than this may as well be a person's, and a person's is never lifted.
 */
export const CLAIM_SECONDS = 3600;

/**
 * Whose the protection of a point is, after a look: `lockedAt` stays only while it is ours.
 *
 * `lockedAt` with `protected: false` is an intent to set or to lift it, remembered before PBS is asked: a crash in between forgets no lock. What
 * cannot be told apart is a person who lifts our protection and sets it again before the next look, or who acts within that hour after a crash.
 */
export function ownership(known: LedgerPoint | undefined, isProtected: boolean, now: UnixSeconds): Pick<LedgerPoint, 'lockedAt'> {
  if (known?.lockedAt === undefined) return {};
  const { lockedAt } = known;
  if (known.protected) return isProtected ? { lockedAt } : {};
  if (!isProtected) return { lockedAt };
  return Math.abs(now - lockedAt) <= CLAIM_SECONDS ? { lockedAt } : {};
}
