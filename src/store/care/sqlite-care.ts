import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseCare } from '#app/ports.ts';
import { StoreError } from '#core/memory/store-error.ts';
import { DATABASE_FILE, openSqlite } from '../sql/open-sqlite.ts';
import type { Opened } from '../sql/opened.ts';
import { setAside } from '../set-aside.ts';
import { backupName, copyPages, makeFile, openBackup } from './backup-file.ts';
import { bytesOf, makeCare, note, refuseInUse, using, type Kinds } from './care.ts';
import { freeHolders } from './copy.ts';
import { prove } from './prove.ts';
import { countRows } from './tables.ts';

/** Care for the SQLite file of a folder. */
export function sqliteCare(folder: string, now: () => number, openTarget: Kinds['openTarget']): DatabaseCare {
  const file = join(folder, DATABASE_FILE);
  return makeCare(
    {
      open: () => openAsItIs(file),
      openBackup,
      openTarget,
      backup: async (to = backupName(folder, now()), tell) => {
        if (!existsSync(file)) throw new StoreError('absent', file, 'nothing was remembered here yet');
        const bytes = await makeFile(to, (part) => copyPages(file, part));
        const { rows, problems } = await using(() => openBackup(to), (opened) => prove(opened, tell)); // prettier-ignore
        if (problems.length > 0) throw new StoreError('corrupt', file, `the copy ${to} has what it has: ${problems.join('; ')}`);
        return { from: file, to, rows, bytes };
      },
      restore: async (from, tell) => {
        const { problems } = await using(() => openBackup(from), (opened) => prove(opened, tell)); // prettier-ignore
        if (problems.length > 0) throw new StoreError('corrupt', from, problems.join('; '));
        await refuseWhereInUse(file);
        const part = `${file}.restored`;
        await makeFile(part, (to) => copyPages(from, to));
        const aside = setAside(file, now(), 'replaced');
        // Another one stands here from now on because somebody wants it so.
        rmSync(`${file}.json`, { force: true });
        renameSync(part, file);
        return using(
          () => openSqlite(folder, now),
          async (opened) => {
            // prettier-ignore
            await freeHolders(opened.db);
            await note(opened, { at: now(), act: 'restore the database', detail: `from ${from}` });
            const found = { from, to: file, rows: await countRows(opened), bytes: await bytesOf(opened) };
            return aside === undefined ? found : { ...found, setAside: aside };
          },
        );
      },
    },
    now,
  );
}

/** For reading: who looks at a damaged file sets nothing aside. */
async function openAsItIs(file: string): Promise<Opened> {
  if (!existsSync(file)) throw new StoreError('absent', file, 'nothing was remembered here yet');
  try {
    return await openBackup(file);
  } catch (error) {
    if (!(error instanceof StoreError) || error.kind !== 'strange') throw error;
    throw new StoreError('corrupt', file, 'it is damaged, or no database of Holdfast');
  }
}

/** A database that is too damaged to say who uses it is not in use: a daemon would have set it aside. */
async function refuseWhereInUse(file: string): Promise<void> {
  if (!existsSync(file)) return;
  try {
    await using(() => openAsItIs(file), refuseInUse);
  } catch (error) {
    if (!(error instanceof StoreError) || !['corrupt', 'newer'].includes(error.kind)) throw error;
  }
}
