/** What every answer of PVE and PBS comes in; PBS puts `digest` and both put `total` beside the data. */
export type Envelope = { readonly data: unknown; readonly digest?: unknown; readonly total?: unknown };

/** One object of an answer. Fields we do not read are not looked at. */
export type Row = Readonly<Record<string, unknown>>;

/** An answer that does not have the shape the API promises. */
export class WireError extends Error {
  constructor(field: string, problem: string) {
    super(field === '' ? problem : `field "${field}" is ${problem}`);
  }
}

/** A part of an answer as it should be quoted in an error: short, one line. */
function quote(value: unknown): string {
  if (value === undefined) return 'absent';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length <= 60 ? text : `${text.slice(0, 60)}…`;
}

/** Ends the reading: names the field, what was wanted and, cut short, what came. */
export function fail(field: string, wanted: string, value: unknown): never {
  throw new WireError(field, `${quote(value)}, not ${wanted}`);
}

/** An object, or a WireError that names the field. */
export function asRow(value: unknown, field = 'data'): Row {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(field, 'an object', value);
  return value as Row;
}

/** A list, or a WireError that names the field. */
export function asList(value: unknown, field = 'data'): readonly unknown[] {
  if (!Array.isArray(value)) fail(field, 'a list', value);
  return value;
}

/** Each row of a list through one reader. A wrong field is named with the row's number. */
export function mapRows<T>(value: unknown, read: (row: Row) => T, field = 'data'): T[] {
  return asList(value, field).map((one, i) => {
    try {
      return read(asRow(one, ''));
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      throw new WireError('', `in ${field}[${i}]: ${error.message}`);
    }
  });
}

/** A text that must be there; the empty one is one. */
export function text(row: Row, name: string): string {
  const value = row[name];
  return typeof value === 'string' ? value : fail(name, 'a text', value);
}

/** An absent text, or null as PBS writes it for an empty comment, is undefined. */
export function optionalText(row: Row, name: string): string | undefined {
  const value = row[name];
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : fail(name, 'a text', value);
}

/** A text that PVE, written in Perl, may give as a number: a name `123`, a description `1`. */
export function looseText(row: Row, name: string): string | undefined {
  const value = row[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : fail(name, 'a text', value);
}

/** A whole number; PVE gives some as text. */
export function whole(row: Row, name: string): number {
  return toWhole(row[name], name);
}

/** As `whole`; absent, null and the empty text are undefined. */
export function optionalWhole(row: Row, name: string): number | undefined {
  const value = row[name];
  return value === undefined || value === null || value === '' ? undefined : toWhole(value, name);
}

function toWhole(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  if (typeof value === 'string' && /^-?\d{1,15}$/.test(value)) return Number(value);
  return fail(name, 'a whole number', value);
}

/** A size in bytes that must be there: nobody knows what is free where it is not told. */
export function bytes(row: Row, name: string): number {
  return optionalBytes(row, name) ?? fail(name, 'a size', row[name]);
}

/** A size in bytes, cut to whole bytes: PVE divides some. */
export function optionalBytes(row: Row, name: string): number | undefined {
  const value = row[name];
  if (value === undefined || value === null) return undefined;
  const bytes = typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  return typeof bytes === 'number' && Number.isFinite(bytes) && bytes >= 0 ? Math.trunc(bytes) : fail(name, 'a size', value);
}

/** A truth value in any of the forms the two products use; `otherwise` where it is absent. */
export function flag(row: Row, name: string, otherwise: boolean): boolean {
  const value = row[name];
  switch (value) {
    case undefined:
    case null:
    case '':
      return otherwise;
    case true:
    case 1:
    case '1':
    case 'yes':
    case 'on':
    case 'true':
      return true;
    case false:
    case 0:
    case '0':
    case 'no':
    case 'off':
    case 'false':
      return false;
    default:
      return fail(name, 'yes or no', value);
  }
}

/** Parts of a list that PVE writes as one text: `images,backup`, `a;b`. */
export function words(row: Row, name: string): string[] {
  return (looseText(row, name) ?? '').split(/[\s,;]+/).filter((word) => word !== '');
}

/** The digest that PBS puts beside a configuration, to be sent back with a change of it; undefined where there is none. */
export function optionalDigest(envelope: Envelope): string | undefined {
  return typeof envelope.digest === 'string' ? envelope.digest : undefined;
}

/** For answers whose content nobody needs. */
export function ignore(): void {}
