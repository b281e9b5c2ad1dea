import { watch, type Handed } from '#app/watch.ts';
import type { Actual } from '#core/world/actual.ts';
import { nextLookMs, type LastLook } from './pace.ts';
import { actAfter, type Acts } from './worker-acts.ts';
import { noteLook } from './worker-looked.ts';
import { isRefused, isRunning, tellFailure, type Part, type Shared } from './worker-shared.ts';

/** The first look waits for the logins' first examination, but not for longer. */
const PATIENCE_MS = 5000;

/** Looks at the site when it is worth its price, writes down what follows, and acts on it. `seen` is what the last look that saw something saw. */
export function looksPart(shared: Shared): Part & { readonly seen: () => Actual | undefined } {
  const { clock, memory, timers, proxmox, naps, site, lease, policy, onLost } = shared;
  const acts: Acts = {};
  const startedMs = timers.nowMs();
  let last: LastLook | undefined;
  let handed: Handed | undefined;

  async function lookWhenDue(): Promise<void> {
    const chance = timers.chance();
    const wait = (): number => nextLookMs(last, shared.news, chance) - timers.nowMs();
    for (let waitMs = wait(); (waitMs > 0 || !mayLook()) && isRunning(shared); waitMs = wait())
      await naps.look.sleep(Math.max(waitMs, 1000));
    if (!isRunning(shared)) return;
    shared.news = 'none';
    await shared.alone(cycle);
  }

  function mayLook(): boolean {
    return !isRefused(shared) && (shared.logins.examined || timers.nowMs() >= startedMs + PATIENCE_MS);
  }

  async function cycle(): Promise<void> {
    const [beganMs, before] = [timers.nowMs(), proxmox.requests()];
    const price = (): LastLook => ({ beganMs, endedMs: timers.nowMs(), requests: proxmox.requests() - before });
    try {
      const watched = await watch({
        clock,
        memory,
        proxmox: { observe, taskLog: proxmox.taskLog },
        policy: policy(),
        site,
        lease,
        silent: shared.state.silent,
        locks: acts.locks?.findings ?? [],
        logins: shared.logins.invalid,
        ...(acts.retries && { givenUp: acts.retries.givenUp }),
        ...(handed && { previous: handed }),
      });
      last = price();
      if (watched.outcome === 'lease-lost') return onLost();
      handed = watched.handed;
      noteLook(shared, watched, last.requests);
      last = { ...last, ...breaking() };
      naps.messages.wake();
      await actAfter(shared, acts, watched);
    } catch (error) {
      if (shared.phase === 'abandoned') return;
      last = { ...price(), failed: true };
      tellFailure(shared, error, 'a look was not written down');
    }
  }

  /** When the next promise breaks unless a point comes: a second after it, for a promise is kept through its last one. */
  function breaking(): Pick<LastLook, 'breaksMs'> {
    const now = clock.now();
    const ahead = shared.state.guests.flatMap(({ breaksAt }) => (breaksAt === undefined || breaksAt < now ? [] : [breaksAt - now]));
    return ahead.length === 0 ? {} : { breaksMs: timers.nowMs() + (ahead.reduce((a, b) => Math.min(a, b)) + 1) * 1000 };
  }

  /** What a closed connection made unknown is no outage of the site. */
  async function observe(before?: Actual): Promise<Actual> {
    const actual = await proxmox.observe(before);
    if (shared.phase === 'abandoned') throw new Error('the look was abandoned');
    return actual;
  }

  return { turn: lookWhenDue, pause: async () => {}, trouble: 'a look failed', seen: () => handed?.actual };
}
