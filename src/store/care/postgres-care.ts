import { sql } from 'kysely';
import type { DatabaseCare } from '#app/ports.ts';
import { StoreError } from '#core/memory/store-error.ts';
import { openPostgres } from '../sql/open-postgres.ts';
import type { Opened } from '../sql/opened.ts';
import { backupName, makeFile, openBackup, openNewFile } from './backup-file.ts';
import { bytesOf, makeCare, note, refuseInUse, using, type Kinds } from './care.ts';
import { copyAll } from './copy.ts';
import { prove } from './prove.ts';
import { APART, countRows, KEPT } from './tables.ts';

/** Care for a PostgreSQL database. Its own tools back up a server; these copies go to either kind. */
export function postgresCare(url: string, folder: string, now: () => number, openTarget: Kinds['openTarget']): DatabaseCare {
  // Without the state folder: a database that was emptied is about to be filled, and that is no loss to tell of.
  const open = () => openPostgres(url, undefined, now);
  return makeCare(
    {
      open,
      openBackup,
      openTarget,
      backup: (to = backupName(folder, now()), tell) =>
        using(open, async (source) => {
          let rows = {};
          const bytes = await makeFile(to, (part) =>
            using(
              () => openNewFile(part, now()),
              async (target) => void (rows = await copyAll(source, target, tell)),
            ),
          );
          return { from: source.where, to, rows, bytes };
        }),
      restore: (from, tell) =>
        using(
          () => openBackup(from),
          async (backup) => {
            const { problems } = await prove(backup, () => {});
            if (problems.length > 0) throw new StoreError('corrupt', from, problems.join('; '));
            const aside = await using(open, (before) => setTablesAside(before, now()));
            return using(open, async (target) => {
              const rows = await copyAll(backup, target, tell);
              await note(target, { at: now(), act: 'restore the database', detail: `from ${from}` });
              const copy = { from, to: target.where, rows, bytes: await bytesOf(target) };
              return aside === undefined ? copy : { ...copy, setAside: `the schema ${aside}` };
            });
          },
        ),
    },
    now,
  );
}

/** Moves tables that hold something into a schema of their own, as a file is renamed. Returns its name, undefined where there was nothing. */
async function setTablesAside(opened: Opened, at: number): Promise<string | undefined> {
  await refuseInUse(opened);
  const counts = await countRows(opened);
  if (Object.values(counts).every((count) => count === 0)) return undefined;
  const schema = `holdfast_replaced_${new Date(at * 1000)
    .toISOString()
    .replaceAll(/[-:]|\.000/g, '')
    .toLowerCase()}`;
  await opened.db.transaction().execute(async (trx) => {
    await sql`create schema ${sql.id(schema)}`.execute(trx);
    for (const table of [...KEPT, ...APART]) await sql`alter table ${sql.table(table)} set schema ${sql.id(schema)}`.execute(trx);
  });
  return schema;
}
