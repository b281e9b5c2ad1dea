import { createHash, timingSafeEqual } from 'node:crypto';

/** Most webhooks that are heeded in a minute. One is enough to look, and a look is paced by itself. */
const MOST_A_MINUTE = 60;

export type HookVerdict = 'heed' | 'too-many' | 'unknown';

/**
 * Says of each call whether it is heeded. The token is compared in a time that tells nothing of it; where none is set every one is unknown.
 * Only known ones count, so that nobody without the token can keep the others out.
 */
export function makeHookGuard(token: string | undefined, now: () => number): (given: string) => HookVerdict {
  const wanted = token === undefined ? undefined : fingerprint(token);
  let [minute, count] = [0, 0];
  return (given) => {
    if (wanted === undefined || !timingSafeEqual(fingerprint(given), wanted)) return 'unknown';
    const current = Math.floor(now() / 60);
    if (current !== minute) [minute, count] = [current, 0];
    count += 1;
    return count > MOST_A_MINUTE ? 'too-many' : 'heed';
  };
}

/** Of equal length for every text. */
function fingerprint(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
