import type { DatabaseCopy, DatabaseProof, DatabaseState } from '#app/ports.ts';
import { spellSize } from '#core/units.ts';
import type { Paint } from '../out.ts';
import { columns } from './columns.ts';
import { wrap } from './wrap.ts';

/** What tables hold, in words that are used elsewhere; the others only name things. */
const SHOWN: Readonly<Record<string, string>> = {
  point: 'recovery points',
  posture: 'changes of posture',
  life: 'findings',
  task: 'tasks',
  usage: 'samples of usage',
  look: 'looks',
  alert: 'messages',
  intents: 'steps of apply',
  audit: 'lines of the audit log',
};

export function stateText({ kind, where, id, version, bytes, rows, sites, inUseBy }: DatabaseState, paint: Paint): string {
  const table = [
    ['database', paint.bold(where)],
    ['kind', kind === 'sqlite' ? 'SQLite, one file' : 'PostgreSQL'],
    ['id', id],
    ['version', String(version)],
    ['size', spellSize(bytes)],
    ['sites', sites.join(', ') || 'none yet'],
    ['in use by', inUseBy.join(', ') || 'no daemon in the last minute'],
  ].map(([name = '', value = '']) => [paint.dim(name), value]);
  return `${columns(table)}\n\n${rowsText(rows)}`;
}

export function copiedText(done: string) {
  return ({ from, to, rows, bytes, setAside }: DatabaseCopy, paint: Paint): string => {
    const aside = setAside === undefined ? '' : `\nWhat was there before lies beside it as ${setAside}.`;
    return `${paint.green(done)} ${from}\nto ${paint.bold(to)} (${spellSize(bytes)}), and read it back whole.\n\n${rowsText(rows)}${aside}`;
  };
}

export function provedText({ where, rows, problems, audit }: DatabaseProof, paint: Paint, width: number): string {
  const head =
    audit.entries === 0
      ? 'The audit log is empty.'
      : `${wrap(`The audit log has ${audit.entries === 1 ? '1 line' : `${audit.entries.toLocaleString('en')} lines`}, each chained to the one before. Its end, to be written down elsewhere:`, { width, indent: 0 })}\n    ${audit.head}`;
  if (problems.length === 0) return `${paint.green('All is well with')} ${where}\n\n${rowsText(rows)}\n\n${head}`;
  const told = problems.map((problem) => wrap(problem, { width, indent: 2 })).join('\n');
  return `${paint.red('Something is wrong with')} ${where}\n${told}\n\nFix: bring a good backup back:\n    holdfast db restore FILE`;
}

function rowsText(rows: Readonly<Record<string, number>>): string {
  const shown = Object.entries(SHOWN).map(([table, name]) => ({ name, count: (rows[table] ?? 0).toLocaleString('en') }));
  const width = Math.max(...shown.map(({ count }) => count.length));
  return shown.map(({ name, count }) => `  ${count.padStart(width)}  ${name}`).join('\n');
}
