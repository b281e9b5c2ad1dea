import type { Memory, Ports } from './ports.ts';

/** One thing that is remembered, as one line of an export: `what` says which kind. */
export type ExportLine = Readonly<Record<string, unknown>> & { readonly what: string };

/**
 * Everything that is remembered, in the words of the application and not of the database, site by site: for people, scripts and other programs. It cannot
 * be read back; that is what a backup is for.
 */
export async function* exportHistory({
  store,
  memory,
  database,
}: Pick<Ports, 'store' | 'memory' | 'database'>): AsyncGenerator<ExportLine> {
  if (!memory || !database) throw new Error('an export needs a memory');
  const { id, version, sites } = await database.describe();
  yield { what: 'database', id, version, sites };
  for (const site of sites) yield* exportSite(memory, site);
  for (const alert of await memory.outbox.history(0)) yield { what: 'alert', ...alert };
  for (const intent of await store.intents()) yield { what: 'intent', ...intent };
  for (const entry of await memory.audit(0)) yield { what: 'audit', ...entry };
}

async function* exportSite(memory: Memory, site: string): AsyncGenerator<ExportLine> {
  for await (const batch of memory.points(site, { gone: true })) for (const point of batch) yield { what: 'point', ...point };
  for (const { vmid } of await memory.postures(site))
    for (const change of await memory.postureHistory(site, vmid, 0)) yield { what: 'posture', ...change };
  for (const life of await memory.lives(site, 0)) yield { what: 'finding', ...life };
  for (const task of await memory.tasks(site, 0)) yield { what: 'task', ...task };
  for (const { what: of, ...sample } of await memory.usage(site, 0)) yield { what: 'usage', of, ...sample };
  for (const look of await memory.looks(site, 0)) yield { what: 'look', site, ...look };
}
