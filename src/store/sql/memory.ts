import type { Memory } from '#app/ports.ts';
import { BEGUN_ANEW, begunAnewFinding, REPLACED, TOLD_SECONDS } from '#core/memory/begun-anew.ts';
import { StoreError } from '#core/memory/store-error.ts';
import { appendAudit, readAudit } from './audit.ts';
import { sqlChanges, sqlPolicies } from './changes.ts';
import { sqlLeases } from './leases.ts';
import { sqlOutbox } from './outbox.ts';
import { sqlReads } from './read.ts';
import { record, recordPoints } from './record.ts';
import { rollUp } from './roll-up.ts';
import type { Source } from './source.ts';

/** The memory on a database of either kind. */
export function sqlMemory(source: Source): Memory {
  const { open, guarded, guardedAll } = source;
  return {
    ...guardedAll(sqlReads(open)),
    leases: guardedAll(sqlLeases(open)),
    outbox: guardedAll(sqlOutbox(open)),
    changes: guardedAll(sqlChanges(open)),
    policies: guardedAll(sqlPolicies(open)),
    record: (lease, cycle) => guarded(async () => record(await open(), lease, cycle)),
    recordPoints: (lease, points, audit) => guarded(async () => recordPoints(await open(), lease, points, audit)),
    audit: (since) => guarded(async () => readAudit((await open()).db, since)),
    appendAudit: (entries) =>
      guarded(async () => {
        const { db, kind } = await open();
        await db.transaction().execute(async (trx) => appendAudit(trx, kind, entries));
      }),
    changeLife: (life, entry) =>
      guarded(async () => {
        const { db, kind } = await open();
        return db.transaction().execute(async (trx) => {
          const said = { state: life.state, by_whom: life.by ?? null, reason: life.reason ?? null, until_at: life.untilAt ?? null };
          const changed = await trx
            .updateTable('life')
            .set((e) => ({ ...said, acts: e('acts', '+', 1) }))
            .where('site_id', '=', (e) => e.selectFrom('site').select('id').where('name', '=', life.site))
            .where('key', '=', life.key)
            .where('state', '<>', 'resolved')
            .returning('acts')
            .executeTakeFirst();
          if (!changed) return 'gone';
          await appendAudit(trx, kind, [entry]);
          return 'changed';
        });
      }),
    troubles: (now) =>
      guarded(async () => {
        const entries = await readAudit((await open()).db, now - TOLD_SECONDS, [BEGUN_ANEW, REPLACED]);
        return entries.map((entry) => begunAnewFinding(entry, now)).filter((finding) => finding !== undefined);
      }),
    rollUp: (now) =>
      guarded(async () => {
        const opened = await open();
        const damage = opened.damage?.();
        if (damage !== undefined) {
          await source.drop();
          throw new StoreError('corrupt', opened.where, damage);
        }
        await rollUp(opened, now);
      }),
    name: source.name,
    close: source.drop,
  };
}
