import { dirname } from 'node:path';
import type { Lease, Memory, Notifier, Proxmox } from '#app/ports.ts';
import { deliver } from '#app/deliver.ts';
import { seeToLocks, type LocksSeen } from '#app/watch-locks.ts';
import { watch, type Handed } from '#app/watch.ts';
import type { Policy, Site } from '#core/policy/policy.ts';
import { loadPolicy } from '#config/policy-source.ts';
import { resolveSecret } from '#config/secrets.ts';
import { makeNotifier } from '#notify/notifier.ts';
import { connectSite } from '#proxmox/site.ts';
import { openStores } from '#store/open.ts';
import type { Lab } from '../lab.ts';
import type { Happening } from './happenings.ts';

/*
 * The year before somebody opens the dashboard: the lab lives it, and it is watched as the daemon watches, look by look, into the same
 * memory. Looks are far apart while nothing happens.
 */

const DAY = 86_400;
/** From one look to the next: long ago, and of late. */
const STEP_SECONDS = { early: 7 * DAY, late: 2 * DAY, lateFrom: 32 * DAY } as const;
const HOLDER = 'demo';

export type Year = { readonly lab: Lab; readonly policy: string; readonly endAt: number; readonly happenings: readonly Happening[] };

type YearParts = {
  readonly lab: Lab;
  readonly memory: Memory;
  readonly proxmox: Proxmox;
  readonly notifier: Notifier;
  readonly policy: Policy;
  readonly site: Site;
  readonly endAt: number;
};

/** Lives until `endAt`, watched by the policy in the file `policy`, into the store that the environment names. */
export async function liveYear({ lab, policy: file, endAt, happenings }: Year): Promise<void> {
  const { policy } = loadPolicy(file, dirname(file), lab.world.now);
  const [site] = policy?.sites ?? [];
  if (!policy || !site) throw new Error('the policy of the demo is wrong');
  const { memory } = await openStores(process.env, lab.now);
  const readSecret: Parameters<typeof connectSite>[1]['readSecret'] = (ref, at) => resolveSecret(ref, at, process.env);
  const proxmox = connectSite(site, { now: lab.now, readSecret, http: { limits: { retries: 0 } } });
  const notifier = makeNotifier({ now: lab.now, readSecret: () => Promise.reject(new Error('the demo has no secret channel')) });
  try {
    const [lease] = await memory.leases.round(HOLDER, [site.name], 600);
    if (!lease) throw new Error('another holds the memory of the demo');
    const look = makeLooker({ lab, memory, proxmox, notifier, policy, site, endAt }, lease);
    for (const at of moments(happenings, lab.world.now, endAt)) {
      lab.advance(at - lab.world.now);
      for (const happening of happenings) if (happening.at === at) happening.run(lab.world);
      await look();
    }
    await memory.rollUp(lab.world.now);
    await memory.leases.release(HOLDER);
  } finally {
    await proxmox.close();
    await memory.close();
  }
}

/** When there is a look: steadily, at each happening, and some hours after it, so that it is seen and its end too. */
export function moments(happenings: readonly Happening[], from: number, endAt: number): number[] {
  const times = new Set<number>([endAt]);
  for (let at = from + DAY; at < endAt; at += endAt - at > STEP_SECONDS.lateFrom ? STEP_SECONDS.early : STEP_SECONDS.late) times.add(at);
  for (const { at } of happenings) for (const hours of [0, 1, 8, 24]) times.add(at + hours * 3600);
  return [...times].filter((at) => at > from && at <= endAt).sort((a, b) => a - b);
}

/** One cycle of the daemon: look and write down, send, and see to the locks of points that are still there at the end. */
function makeLooker({ lab, memory, proxmox, notifier, policy, site, endAt }: YearParts, lease: Lease): () => Promise<void> {
  const clock = { now: () => lab.world.now };
  const common = { clock, memory, policy, site, lease };
  let handed: Handed | undefined;
  let locks: LocksSeen | undefined;
  return async () => {
    const watched = await watch({ ...common, proxmox, locks: locks?.findings ?? [], ...(handed && { previous: handed }) });
    if (watched.outcome === 'lease-lost') throw new Error('the memory of the demo was taken over');
    handed = watched.handed;
    if (policy.alerts) await deliver({ clock, memory, notifier }, policy.alerts, lease);
    const { actual, record } = watched;
    if (!actual || endAt - lab.world.now > STEP_SECONDS.lateFrom) return;
    const seen = await seeToLocks({ ...common, protector: proxmox, actual, changed: record.points, ...(locks && { before: locks }) });
    if (seen !== 'lease-lost') locks = seen;
  };
}
