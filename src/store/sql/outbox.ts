import type { Selectable } from 'kysely';
import type { Outbox } from '#app/ports.ts';
import type { AlertRecord } from '#core/memory/record.ts';
import { nowMs } from './clock.ts';
import type { Database, Tables } from './schema.ts';

/** Messages that wait and those that went, over either database. `due` gives nothing to who no longer holds the lease of the site. */
export function sqlOutbox(open: () => Promise<Database>): Outbox {
  return {
    due: async (lease, now, limit) => {
      const { db, kind } = await open();
      const rows = await db
        .selectFrom('alert')
        .innerJoin('site', 'site.id', 'alert.site_id')
        .innerJoin('lease', 'lease.site_id', 'alert.site_id')
        .selectAll('alert')
        .select('site.name as site')
        .where('site.name', '=', lease.site)
        .where('lease.holder', '=', lease.holder)
        .where('lease.token', '=', lease.token)
        .where('lease.until_ms', '>', nowMs(kind))
        .where('delivered_at', 'is', null)
        .where('next_at', '<=', now)
        .orderBy('next_at')
        .orderBy('n')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ ...toAlert(row), tries: row.tries }));
    },
    delivered: async (id, at) => {
      const { db } = await open();
      const waiting = db.updateTable('alert').where('id', '=', id).where('delivered_at', 'is', null);
      await waiting.set({ delivered_at: at, error: null }).execute();
    },
    failed: async (id, again, error) => {
      const { db } = await open();
      const waiting = db.updateTable('alert').where('id', '=', id).where('delivered_at', 'is', null);
      await waiting.set((e) => ({ tries: e('tries', '+', 1), next_at: again, error })).execute();
    },
    history: async (since, site) => {
      const { db } = await open();
      const all = db
        .selectFrom('alert')
        .innerJoin('site', 'site.id', 'alert.site_id')
        .selectAll('alert')
        .select('site.name as site')
        .where('at', '>=', since)
        .orderBy('at')
        .orderBy('n');
      const rows = await (site === undefined ? all : all.where('site.name', '=', site)).execute();
      return rows.map((row) => ({
        ...toAlert(row),
        tries: row.tries,
        ...(row.delivered_at === null ? {} : { deliveredAt: row.delivered_at }),
        ...(row.error === null ? {} : { error: row.error }),
      }));
    },
  };
}

function toAlert(row: Selectable<Tables['alert']> & { readonly site: string }): AlertRecord {
  const { id, site, at, channel, subject, text } = row;
  const severity = row.severity as AlertRecord['severity'];
  return { id, site, at, channel, dueAt: row.due_at, subject, text, severity, keys: JSON.parse(row.keys) as readonly string[] };
}
