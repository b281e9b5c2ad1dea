import { flushCompileCache } from 'node:module';
import { startServer } from '#server/server.ts';
import { emptySite } from '#daemon/worker.ts';
import { guestsAfter, type GuestWatched } from '#app/watching.ts';
import { watch, type Handed } from '#app/watch.ts';
import type { Policy } from '#core/policy/policy.ts';
import { connectSite } from '#proxmox/site.ts';
import { sqliteStores } from '#store/sqlite.ts';

/**
 * The watching process of `daemon.ts`: everything that `serve` loads, one site, a memory in SQLite. It makes a cycle whenever it is
 * told to, so that no minute is waited for, and tells what that took.
 */
export type Given = {
  readonly policy: Policy;
  readonly secrets: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly now: number;
};
export type Made = {
  /** Of this process alone, which says the same on a busy machine. */
  readonly cpuMs: number;
  readonly ms: number;
  readonly requests: number;
  readonly rssMib: number;
  readonly peakMib: number;
  readonly points: number;
};

let cycle: (() => Promise<Made>) | undefined;

process.on('message', (message: Given | 'cycle' | 'compile') => {
  if (message === 'compile') {
    flushCompileCache();
    process.exit(0);
  }
  void (async () => {
    if (message !== 'cycle') cycle = await start(message);
    process.send?.(await cycle!());
  })();
});

async function start({ policy, secrets, folder, now: begin }: Given): Promise<() => Promise<Made>> {
  const site = policy.sites[0]!;
  const beganMs = performance.now();
  const clock = { now: () => begin + Math.round((performance.now() - beganMs) / 1000) };
  const { memory } = sqliteStores(folder, clock.now);
  const proxmox = connectSite(site, { now: clock.now, readSecret: async (ref) => ({ secret: secrets[ref.slice('env:'.length)]! }) });
  let handed: Handed | undefined;
  let guests: readonly GuestWatched[] = [];
  await startServer({
    host: '127.0.0.1',
    port: 0,
    now: clock.now,
    hint: () => {},
    watching: () => ({ version: '0', replica: 'bench', startedAt: begin, sites: [{ ...emptySite(site.name, 'watched'), guests }] }),
  });
  return async () => {
    const [lease] = await memory.leases.round('bench', [site.name], 3600);
    const cpu = process.cpuUsage();
    const [cycleMs, requests] = [performance.now(), proxmox.requests()];
    const watched = await watch({ clock, memory, proxmox, policy, site, lease: lease!, ...(handed && { previous: handed }) });
    if (watched.outcome !== 'recorded') throw new Error('the lease was lost');
    handed = watched.handed;
    guests = guestsAfter(watched, policy, guests);
    return {
      ms: performance.now() - cycleMs,
      cpuMs: cpuMsSince(cpu),
      requests: proxmox.requests() - requests,
      rssMib: process.memoryUsage.rss() / 2 ** 20,
      peakMib: process.resourceUsage().maxRSS / 1024,
      points:
        handed?.actual.pbs
          .flatMap(({ namespaces }) => namespaces)
          .flatMap(({ groups }) => (groups.known ? groups.value : []))
          .reduce((sum, { snapshots }) => sum + snapshots.length, 0) ?? 0,
    };
  };
}

function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
