import { exportHistory } from '#app/db.ts';
import type { DatabaseCare, TellCopying } from '#app/ports.ts';
import { closest } from '#core/closest.ts';
import { type Command, type Context } from '../command.ts';
import { copiedText, provedText, stateText } from '../views/db.ts';

const ACTIONS = ['status', 'backup', 'restore', 'verify', 'export', 'move'];

/** Fewer rows are done before anybody has read that they are under way. */
const WORTH_TELLING = 10_000;

const CHUNK_CHARACTERS = 64 * 1024;

export const db: Command = {
  name: 'db',
  summary:
    'Look after the database in which Holdfast remembers. Nothing in it is needed for a backup to run, and nothing is ever overwritten.',
  args: [
    { name: '[ACTION]', help: 'status (default), backup, restore, verify, export or move' },
    {
      name: '[WHERE]',
      help: 'backup, restore, verify, export: a file. move: a postgres:// URL, env:NAME of a variable that holds one, or a folder for SQLite',
    },
  ],
  options: [],
  examples: [
    { run: 'holdfast db', does: 'where the database is, how large, and what is in it' },
    { run: 'holdfast db backup', does: 'one file in the backups folder of the state folder; the daemon may run' },
    { run: 'holdfast db verify backup.db', does: 'read all of a backup, and the chain of its audit log' },
    { run: 'holdfast db restore backup.db', does: 'put it in the place of the database, which is set aside' },
    { run: 'holdfast db export > history.jsonl', does: 'everything as one JSON object a line, for other programs' },
    { run: 'holdfast db move env:NEW_DATABASE_URL', does: 'copy all to an empty PostgreSQL database, and compare' },
  ],
  exits: { 0: 'done, or all is well', 1: 'not done, or something is wrong with the database', 2: 'the command is not complete' },

  async run(context, [action = 'status', where]) {
    const { ports, out } = context;
    const { database } = ports;
    if (!database) throw new Error('no database is wired');
    switch (action) {
      case 'status':
        out.result(await database.describe(), stateText);
        return 0;
      case 'backup':
        out.result(await database.backup(where, tell(context)), copiedText('Backed up'));
        return 0;
      case 'restore':
        if (where === undefined) return usage(context, 'restore which FILE?');
        out.result(await database.restore(where, tell(context)), copiedText('Restored'));
        return 0;
      case 'verify':
        return verify(context, database, where);
      case 'export':
        return exportTo(context, where);
      case 'move':
        if (where === undefined) return usage(context, 'move to which database? A postgres:// URL, env:NAME, or a folder');
        return move(context, database, where);
      default: {
        const near = closest(action, ACTIONS);
        return usage(context, `unknown action "${action}"${near ? ` (did you mean ${near}?)` : ''}`);
      }
    }
  },
};

function tell({ out }: Context): TellCopying {
  return (table, rows) => void (rows >= WORTH_TELLING && out.note(`  ${table.replaceAll('_', ' ')}: ${rows.toLocaleString('en')} rows …`));
}

async function verify(context: Context, database: DatabaseCare, file: string | undefined): Promise<number> {
  const proof = await database.verify(file, tell(context));
  context.out.result(proof, provedText);
  return proof.problems.length === 0 ? 0 : 1;
}

async function move(context: Context, database: DatabaseCare, target: string): Promise<number> {
  const copy = await database.move(target, tell(context));
  const postgres = copy.to.startsWith('postgres');
  const next = postgres
    ? 'From now on Holdfast finds it by HOLDFAST_DATABASE_URL: set that for the daemon and for commands.'
    : 'From now on Holdfast finds it by HOLDFAST_STATE (its folder), with HOLDFAST_DATABASE_URL unset.';
  context.out.result(copy, (value, paint) => `${copiedText('Copied')(value, paint)}\n\n${next}\nThe old one stays as it is: ${copy.from}`);
  return 0;
}

/** Without a file the lines are the result; with one they go there, and the number of them is. */
async function exportTo({ ports, out, writeFile }: Context, file: string | undefined): Promise<number> {
  if (file === undefined) {
    for await (const line of exportHistory(ports)) out.line(JSON.stringify(line));
    return 0;
  }
  let count = 0;
  await writeFile(file, chunks());
  out.result({ to: file, lines: count }, () => `Exported ${count.toLocaleString('en')} lines to ${file}`);
  return 0;

  /** Never all of it at once: it may be larger than the memory. */
  async function* chunks(): AsyncGenerator<string> {
    let chunk = '';
    for await (const line of exportHistory(ports)) {
      count += 1;
      chunk += `${JSON.stringify(line)}\n`;
      if (chunk.length < CHUNK_CHARACTERS) continue;
      yield chunk;
      chunk = '';
    }
    yield chunk;
  }
}

function usage({ out }: Context, problem: string): number {
  out.error(`error: ${problem}`);
  out.error('(holdfast db --help shows all actions)');
  return 2;
}
