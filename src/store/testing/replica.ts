import { StoreError } from '#core/memory/store-error.ts';
import { postgresStores } from '../postgres.ts';
import { sqliteStores } from '../sqlite.ts';
import { makeCycle, makeEntry } from './make.ts';

/*
 * One replica as a process of its own, for tests that kill and freeze it: a round of leases, then one numbered action for each site it holds. The
 * number is what the memory says plus one, so that two who act on the same knowledge would do the same action twice. Every round is a line.
 */

const [where = '', holder = '', freeze = ''] = process.argv.slice(2);
const SITES = Array.from({ length: 12 }, (_, i) => `site-${String(i).padStart(2, '0')}`);
const TTL_SECONDS = 1.5;
const TICK_MS = 100;

const now = (): number => Math.floor(Date.now() / 1000);
const { memory } = where.startsWith('postgres:') ? postgresStores(where, undefined, now) : sqliteStores(where, now);

let frozen = false;
function freezeHere(place: string): void {
  if (place !== freeze || frozen) return;
  frozen = true;
  process.stdout.write(`${JSON.stringify({ holder, frozen: true })}\n`);
  process.kill(process.pid, 'SIGSTOP');
}

for (let round = 0; ; round++) {
  const leases = await memory.leases.round(holder, SITES, TTL_SECONDS);
  let lost = 0;
  for (const lease of leases) {
    const done = (await memory.usage(lease.site, 0)).length;
    if (round > 3) freezeHere('between');
    const sample = { site: lease.site, what: 'action', at: done + 1, totalBytes: 0, usedBytes: 0, availableBytes: 0 };
    const cycle = {
      ...makeCycle({ site: lease.site, at: done + 1, usage: [sample] }),
      get audit() {
        if (round > 3) freezeHere('inside');
        return [makeEntry({ at: done + 1, by: holder, act: `action ${done + 1}`, on: lease.site, detail: String(lease.token) })];
      },
    };
    // Frozen in its transaction, it finds its connection ended by the server.
    const outcome = await memory.record(lease, cycle).catch((error: unknown) => {
      if (error instanceof StoreError && error.kind === 'unreachable') return 'lease-lost';
      throw error;
    });
    if (outcome === 'lease-lost') lost++;
  }
  process.stdout.write(`${JSON.stringify({ holder, held: leases.map(({ site }) => site), lost })}\n`);
  await new Promise((resolve) => setTimeout(resolve, TICK_MS));
}
