import type { LedgerPoint } from '#core/memory/record.ts';
import type { Policy } from '#core/policy/policy.ts';
import { historyOf, type Happened } from '#core/watch/history.ts';
import type { Memory } from './ports.ts';
import { withMemory, type Invalid, type MemoryPorts, type NoMemory } from './with-memory.ts';
import { DAY_SECONDS } from '#core/units.ts';

export type History =
  | NoMemory
  | Invalid
  /** No guest, or several, of that name or id; `like` are those that are remembered, as `home/101 postgres`. */
  | { readonly outcome: 'unknown'; readonly wanted: string; readonly like: readonly string[] }
  | {
      readonly outcome: 'told';
      readonly guest: Known;
      readonly timeZone: string;
      /** Oldest first. */
      readonly happened: readonly Happened[];
      /** All points that are remembered and not gone, also older ones. */
      readonly points: readonly LedgerPoint[];
    };

type Known = { readonly site: string; readonly vmid: number; readonly name: string };

/** What the watch remembers of one guest, by its vmid or name. Asks no server. */
export async function history(ports: MemoryPorts, wanted: string, { days }: { readonly days: number }): Promise<History> {
  return withMemory(ports, async (memory, policy): Promise<History> => {
    const known = await guestsOf(memory, policy);
    if (known.length === 0) return { outcome: 'no-memory' };
    const found = known.filter((one) => isCalled(one, wanted));
    const [guest] = found;
    if (!guest || found.length > 1) {
      const like = (found.length > 1 ? found : known.filter(({ name }) => name.toLowerCase().includes(wanted.toLowerCase()))).map(spell);
      return { outcome: 'unknown', wanted, like };
    }
    const since = ports.clock.now() - days * DAY_SECONDS;
    const points = await pointsOf(memory, guest);
    const [postures, tasks, lives] = await Promise.all([
      memory.postureHistory(guest.site, guest.vmid, since),
      memory.tasks(guest.site, since),
      memory.lives(guest.site, since),
    ]);
    const own = lives.filter(({ finding }) => finding.vmid === guest.vmid);
    return {
      outcome: 'told',
      guest,
      timeZone: policy.sites.find(({ name }) => name === guest.site)!.timeZone,
      happened: historyOf({ vmid: guest.vmid, postures, points, tasks, lives: own }, since),
      points: points.filter(({ goneAt }) => goneAt === undefined),
    };
  });
}

async function guestsOf(memory: Memory, { sites }: Policy): Promise<Known[]> {
  const lists = await Promise.all(sites.map(async ({ name }) => memory.postures(name)));
  return lists.flat().map(({ site, vmid, name }) => ({ site, vmid, name }));
}

async function pointsOf(memory: Memory, { site, vmid }: Known): Promise<LedgerPoint[]> {
  const groups = (await memory.groups(site)).filter(({ type, id }) => type !== 'host' && id === String(vmid));
  const lists = await Promise.all(groups.map(async (group) => memory.groupPoints(group, { gone: true })));
  return lists.flat().toSorted((a, b) => a.at - b.at);
}

/** By vmid, by name, or by either after the name of its site: `101`, `postgres`, `home/101`. */
function isCalled({ site, vmid, name }: Known, wanted: string): boolean {
  const called = [String(vmid), name.toLowerCase()];
  return called.some((one) => one === wanted.toLowerCase() || `${site.toLowerCase()}/${one}` === wanted.toLowerCase());
}

function spell({ site, vmid, name }: Known): string {
  return `${site}/${vmid} ${name}`;
}
