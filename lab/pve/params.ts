import { calendarError } from '../calendar.ts';
import type { Param, Params } from '../params.ts';

/** Parameters that several endpoints of PVE share, as its schema has them. */
export const TEXT: Param = { type: 'string' };
export const MAYBE_TEXT: Param = { type: 'string', optional: true };
export const MAYBE_FLAG: Param = { type: 'boolean', optional: true };
export const MAYBE_COUNT: Param = { type: 'integer', optional: true, minimum: 0 };
export const MAYBE_NUMBER: Param = { type: 'integer', optional: true };
export const NODE: Param = { type: 'string' };
const NO_VMID = 'invalid format - value does not look like a valid VM ID\n';

export const VMID: Param = {
  type: 'integer',
  check: (text) => (/^[1-9]\d{2,8}$/.test(text) ? undefined : NO_VMID),
};

export const VMID_LIST: Param = {
  type: 'string',
  optional: true,
  check: (text) => {
    const fine = text.split(/[\s,;]+/).every((one) => one === '' || /^[1-9]\d{2,8}$/.test(one));
    return fine ? undefined : NO_VMID;
  },
};

export const CALENDAR_EVENT: Param = {
  type: 'string',
  maxLength: 128,
  check: (text) => {
    const error = calendarError(text);
    return error === undefined ? undefined : `invalid format - invalid calendar event '${text}' - ${error}\n\n`;
  },
};

export const STORAGE_ID: Param = {
  type: 'string',
  check: (text) =>
    text.length < 2
      ? `invalid format - storage ID '${text}' cannot be shorter than 2 characters\n`
      : /^[A-Za-z][A-Za-z0-9._-]*[A-Za-z0-9]$/.test(text)
        ? undefined
        : `invalid format - storage ID '${text}' contains illegal characters\n`,
};

export const CONFIG_ID: Param = {
  type: 'string',
  check: (text) => (/^[A-Za-z][\w-]+$/.test(text) ? undefined : `invalid format - invalid configuration ID '${text}'\n`),
};

const KEEP = /^keep-(?:all|last|hourly|daily|weekly|monthly|yearly)=\d+$/;

export const PRUNE_BACKUPS: Param = {
  type: 'string',
  optional: true,
  check: (text) => {
    const wrong = text.split(',').find((part) => !KEEP.test(part));
    if (wrong === undefined) return undefined;
    const [name = '', value] = wrong.split('=');
    if (value === undefined) return 'invalid format - value without key, but schema does not define a default key\n';
    const known = KEEP.test(`${name}=1`);
    const reason = known
      ? `type check ('integer') failed - got '${value}'`
      : 'property is not defined in schema and the schema does not allow additional properties';
    return `invalid format - format error\nprune-backups.${name}: ${reason}\n`;
  },
};

export function optional(param: Param): Param {
  return { ...param, optional: true };
}

const NOTES: Param = { type: 'string', optional: true, maxLength: 1024 };

/** Options of a backup run, that a job has too. */
export const DUMP_PARAMS: Params = {
  all: MAYBE_FLAG,
  bwlimit: MAYBE_COUNT,
  compress: { type: 'string', optional: true, enum: ['0', '1', 'gzip', 'lzo', 'zstd'] },
  exclude: VMID_LIST,
  'exclude-path': { type: 'array', optional: true },
  fleecing: MAYBE_TEXT,
  ionice: { type: 'integer', optional: true, minimum: 0, maximum: 8 },
  lockwait: MAYBE_COUNT,
  mailnotification: { type: 'string', optional: true, enum: ['always', 'failure'] },
  mailto: MAYBE_TEXT,
  mode: { type: 'string', optional: true, enum: ['snapshot', 'suspend', 'stop'] },
  node: MAYBE_TEXT,
  'notes-template': NOTES,
  'notification-mode': { type: 'string', optional: true, enum: ['auto', 'legacy-sendmail', 'notification-system'] },
  'pbs-change-detection-mode': { type: 'string', optional: true, enum: ['legacy', 'data', 'metadata'] },
  performance: MAYBE_TEXT,
  pool: MAYBE_TEXT,
  protected: MAYBE_FLAG,
  'prune-backups': PRUNE_BACKUPS,
  quiet: MAYBE_FLAG,
  remove: MAYBE_FLAG,
  stdexcludes: MAYBE_FLAG,
  stop: MAYBE_FLAG,
  stopwait: MAYBE_COUNT,
  storage: optional(STORAGE_ID),
  vmid: VMID_LIST,
  zstd: MAYBE_NUMBER,
};

/** Decoded parameters as what they can be. */
export type Given = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export function givenIn(params: { readonly all: Readonly<Record<string, unknown>> }): Given {
  return params.all as Given;
}

const OBJECTS = ['fleecing', 'performance', 'prune-backups'];

/** Given options as PVE keeps them: flags as 0 and 1, property strings of some as objects. `keep-last=0` becomes `keep-all`. */
export function kept(given: Given): Record<string, string | number | Record<string, string | number>> {
  const result: Record<string, string | number | Record<string, string | number>> = {};
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === 'boolean') result[name] = value ? 1 : 0;
    else if (OBJECTS.includes(name)) result[name] = asObject(name, String(value));
    else if (typeof value === 'number') result[name] = value;
    else result[name] = Array.isArray(value) ? value.join(',') : String(value);
  }
  return result;
}

export function asObject(name: string, text: string): Record<string, string | number> {
  const parts = text.split(',').map((part) => part.split('='));
  const object = Object.fromEntries(parts.map(([key, value]) => [key!, /^\d+$/.test(value ?? '') ? Number(value) : (value ?? '')]));
  if (name !== 'prune-backups') return object;
  const counts = Object.entries(object).filter(([, count]) => count !== 0);
  return counts.length === 0 ? { 'keep-all': 1 } : Object.fromEntries(counts);
}
