import type { UnixSeconds } from '../units.ts';
import { DAY_SECONDS } from '../units.ts';
import type { Session } from './account.ts';

/** A session that nobody uses ends. */
export const IDLE_SECONDS = 8 * 3600;
/** Any session ends, however it is used. */
export const LONGEST_SECONDS = 7 * DAY_SECONDS;
/** A sight of a session or a token is written down no more often. */
export const SIGHT_SECONDS = 60;

/** When it ends unless it is used again; it is over from this instant on. */
export function sessionEndsAt({ createdAt, seenAt }: Pick<Session, 'createdAt' | 'seenAt'>): UnixSeconds {
  return Math.min(seenAt + IDLE_SECONDS, createdAt + LONGEST_SECONDS);
}

/** A session from a future that a clock set back makes is over too: nobody can say how old it is. */
export function isSessionOver(session: Pick<Session, 'createdAt' | 'seenAt'>, now: UnixSeconds): boolean {
  return now >= sessionEndsAt(session) || session.createdAt > now + SIGHT_SECONDS;
}
