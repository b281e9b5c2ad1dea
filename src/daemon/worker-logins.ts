import { mayWatch } from '#app/may-watch.ts';
import { hurry, isRefused, type Part, type Shared } from './worker-shared.ts';

/** Logins are examined again: soon while one is refused or not known, else twice an hour, for rights are widened by hand. */
const EXAMINE_MS = { soon: 60_000, later: 1_800_000 } as const;

/** Examines the logins again and again: a site is not watched while one of them could delete recovery points. */
export function loginsPart(shared: Shared): Part {
  let waitMs: number = EXAMINE_MS.soon;
  return {
    turn: async () => void (waitMs = await examine(shared)),
    pause: () => shared.naps.logins.sleep(waitMs),
    trouble: 'logins were not examined',
  };
}

/** Whether the site may be watched, and when to ask again. */
async function examine(shared: Shared): Promise<number> {
  const { examiner, site, allowed, log, naps, onNews } = shared;
  const { refused, unknown, invalid } = await mayWatch(examiner, { site, tiers: shared.policy().tiers }, allowed);
  const known = shared.logins.invalid;
  const before = new Set(known.map(({ problem }) => problem));
  const fresh = invalid.filter(({ problem }) => !before.has(problem));
  for (const { at, problem, why, fix } of fresh) log.warn(`refused: login at ${at}`, { site: site.name, because: problem, why, fix });
  // It is told by the next look, which need not wait for its turn.
  if (fresh.length > 0 || invalid.length < known.length) hurry(shared, 'change');
  const [refusal, wasRefused] = [refused.map(({ problem }) => problem).join('; '), isRefused(shared)];
  if (refused.length > 0 && !wasRefused)
    log.warn('not watched: a login could delete recovery points', { site: site.name, refusal, fix: refused[0]!.fix });
  if (refused.length > 0) shared.state = { ...shared.state, state: 'refused', refusal };
  else if (wasRefused) {
    const { refusal: _, ...rest } = shared.state;
    shared.state = { ...rest, state: 'starting' };
    log.info('watched: no login can delete recovery points any more', { site: site.name });
  }
  if (isRefused(shared) !== wasRefused) onNews();
  shared.logins = { examined: true, sure: unknown.length === 0, invalid };
  naps.look.wake();
  return refused.length + unknown.length > 0 ? EXAMINE_MS.soon : EXAMINE_MS.later;
}
