import { StoreError, type StoreTrouble } from '#core/memory/store-error.ts';

/** Result codes of SQLite. @see https://www.sqlite.org/rescode.html */
const SQLITE: Readonly<Record<number, StoreTrouble>> = {
  3: 'unusable',
  5: 'busy',
  6: 'busy',
  8: 'unusable',
  10: 'unusable',
  11: 'corrupt',
  13: 'full',
  14: 'unusable',
  23: 'unusable',
  26: 'corrupt',
};

/** Classes and codes of PostgreSQL, of sockets and of files. @see https://www.postgresql.org/docs/15/errcodes-appendix.html */
const CODES: readonly (readonly [pattern: RegExp, kind: StoreTrouble])[] = [
  [/^(ECONN|EHOST|ENET|ENOTFOUND|EAI_|ETIMEDOUT|EPIPE|08|57P|25P03)/, 'unreachable'],
  [/^(28|3D|42501)/, 'refused'],
  [/^(53100|ENOSPC|EDQUOT)/, 'full'],
  [/^(53|55P03|57014)/, 'busy'],
  [/^(XX001|XX002)/, 'corrupt'],
  [/^(42P01|3F000)/, 'absent'],
  [/^(25006|EACCES|EPERM|ENOENT|ENOTDIR|EISDIR|EROFS|EIO)/, 'unusable'],
];

/** What the driver throws where a connection ends or never comes about, without any code. */
const ENDED = /connection terminated|timeout exceeded when trying to connect|connection timeout|client has encountered a connection error/i;

/** An error of a database as one of ours, or itself where it is a bug. */
export function asStoreError(error: unknown, where: string): unknown {
  if (error instanceof StoreError || !(error instanceof Error)) return error;
  const kind = troubleOf(error);
  return kind === undefined ? error : new StoreError(kind, where, firstLine(error), error);
}

/** SQLite says that the file is none of its own, or is damaged. */
export function isCorrupt(error: unknown): boolean {
  return error instanceof Error && troubleOf(error) === 'corrupt';
}

/** What is there is not, or not whole, what was opened: it is opened anew. */
export function isLost(error: unknown): boolean {
  return isCorrupt(error) || (error instanceof Error && troubleOf(error) === 'absent');
}

/** It is a file of another kind altogether. */
export function isNoDatabase(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 26;
}

function troubleOf(error: Error): StoreTrouble | undefined {
  if ('errcode' in error && typeof error.errcode === 'number') return SQLITE[error.errcode & 0xff];
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return troubleOf(error.errors[0]);
  if (code === undefined) return ENDED.test(error.message) ? 'unreachable' : undefined;
  return CODES.find(([pattern]) => pattern.test(code))?.[1];
}

function firstLine(error: Error): string {
  const told = error.message === '' && error instanceof AggregateError ? String(error.errors[0]?.message) : error.message;
  return told.split('\n', 1)[0]!;
}
