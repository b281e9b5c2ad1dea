import type { Selectable } from 'kysely';
import type { Changes, PolicyVersions } from '#app/ports/changes.ts';
import type { ChangeRecord, PolicyText } from '#core/change/change.ts';
import { appendAudit, oneAtATime } from './audit.ts';
import type { Database, Tables } from './schema.ts';

/** Changes that people asked for, over either database. */
export function sqlChanges(open: () => Promise<Database>): Changes {
  return {
    add: async (change, entry) => {
      const { db, kind } = await open();
      await db.transaction().execute(async (trx) => {
        const { id, by, at, summary, content, weakens } = change;
        const asked = { id, by_whom: by, at, summary, content: JSON.stringify(content), weakens: JSON.stringify(weakens) };
        await trx
          .insertInto('change')
          .values({ ...asked, ...courseOf(change), revision: change.revision })
          .execute();
        await appendAudit(trx, kind, [entry]);
      });
    },
    write: async (change, audit) => {
      const { db, kind } = await open();
      return db.transaction().execute(async (trx) => {
        const written = await trx
          .updateTable('change')
          .set({ ...courseOf(change), revision: change.revision + 1 })
          .where('id', '=', change.id)
          .where('revision', '=', change.revision)
          .returning('n')
          .executeTakeFirst();
        if (!written) return 'outdated';
        await appendAudit(trx, kind, audit);
        return 'written';
      });
    },
    find: async (id) => {
      const row = await (await open()).db.selectFrom('change').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toChange(row);
    },
    list: async () => {
      const rows = await (await open()).db.selectFrom('change').selectAll().orderBy('n', 'desc').execute();
      return rows.map(toChange);
    },
  };
}

type Course = Pick<ChangeRecord, 'approvals' | 'applied' | 'because' | 'progress'>;

function courseOf({ state, endedAt, approvals, applied, because, progress }: ChangeRecord) {
  const course: Course = {
    approvals,
    progress,
    ...(applied === undefined ? {} : { applied }),
    ...(because === undefined ? {} : { because }),
  };
  return { state, ended_at: endedAt ?? null, course: JSON.stringify(course) };
}

function toChange(row: Selectable<Tables['change']>): ChangeRecord {
  const { id, by_whom, at, summary, state, content, weakens, course, ended_at, revision } = row;
  return {
    id,
    by: by_whom,
    at,
    summary,
    state: state as ChangeRecord['state'],
    content: JSON.parse(content) as ChangeRecord['content'],
    weakens: JSON.parse(weakens) as ChangeRecord['weakens'],
    ...(JSON.parse(course) as Course),
    ...(ended_at === null ? {} : { endedAt: ended_at }),
    revision,
  };
}

/** Versions of the policy's files. Writers wait for each other at the end of the audit log, so that the newest is one. */
export function sqlPolicies(open: () => Promise<Database>): PolicyVersions {
  return {
    add: async ({ version, at, by, summary }, files, entry) => {
      const { db, kind } = await open();
      return db.transaction().execute(async (trx) => {
        await oneAtATime(trx, kind);
        const newest = await trx.selectFrom('policy_text').select('version').orderBy('n', 'desc').limit(1).executeTakeFirst();
        if (newest?.version === version) return 'known';
        await trx
          .insertInto('policy_text')
          .values({ version, at, by_whom: by, summary, files: JSON.stringify(files) })
          .execute();
        await appendAudit(trx, kind, [entry]);
        return 'added';
      });
    },
    list: async () => {
      const { db } = await open();
      const rows = await db.selectFrom('policy_text').select(['n', 'version', 'at', 'by_whom', 'summary']).orderBy('n', 'desc').execute();
      return rows.map(toVersion);
    },
    find: async (number) => {
      const row = await (await open()).db.selectFrom('policy_text').selectAll().where('n', '=', number).executeTakeFirst();
      return row && { ...toVersion(row), files: JSON.parse(row.files) as readonly PolicyText[] };
    },
  };
}

function toVersion({ n, version, at, by_whom, summary }: Omit<Selectable<Tables['policy_text']>, 'files'>) {
  return { number: n, version, at, by: by_whom, summary };
}
