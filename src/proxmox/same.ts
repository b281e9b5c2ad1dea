import type { Setting, Settings } from '#core/desired/desired.ts';
import { parseByteSize } from './wire/byte-size.ts';

/** What an option is where a server does not mention it. */
const DEFAULTS: Readonly<Record<string, string>> = {
  'enabled': '1', 'ignore-verified': '1', 'mode': 'snapshot', 'sync-direction': 'pull', 'port': '8007', 'shared': '1',
}; // prettier-ignore

/**
 * Whether a server's option holds a setting, in whatever form either side writes it: flags as 0/1 or true/false, numbers
 * as text, lists and property strings in any order, fingerprints in any case. A password is never shown, so that none differs. Absent is the option's default, or off, or empty.
 */
export function sameOption(name: string, current: unknown, wanted: Setting | undefined): boolean {
  if (name === 'password') return true;
  if (name === 'encryption-key') return (current === undefined) === (wanted === undefined || wanted === '');
  return plain(name, current) === plain(name, wanted);
}

/** Names of settings that the server holds otherwise. */
export function differing(current: Readonly<Record<string, unknown>>, wanted: Settings): string[] {
  return Object.keys(wanted).filter((name) => !sameOption(name, current[name], wanted[name]));
}

function plain(name: string, value: unknown): string {
  if (value === undefined || value === null || value === '') return DEFAULTS[name] ?? '';
  if (typeof value === 'boolean') return value ? '1' : DEFAULTS[name] === '1' ? '0' : '';
  if (Array.isArray(value)) return inOrder(value.map(String));
  if (typeof value === 'object') return inOrder(Object.entries(value).map(([key, one]) => `${key}=${String(one)}`));
  const text = `${value as string | number}`;
  if (name === 'fingerprint') return text.toUpperCase();
  if (/^(?:rate|burst)-/.test(name)) return `${parseByteSize({ [name]: text }, name)}`;
  if (/^(?:false|0)$/.test(text) && FLAGS.has(name)) return DEFAULTS[name] === '1' ? '0' : '';
  if (text === 'true') return '1';
  return LISTS.has(name) ? inOrder(text.split(',')) : text;
}

const FLAGS = new Set(['enabled', 'disable', 'repeat-missed', 'all', 'protected', 'remove', 'shared', 'ignore-verified', 'verify-new', 'remove-vanished', 'encrypted-only', 'verified-only', 'resync-corrupt']); // prettier-ignore
const LISTS = new Set([
  'content',
  'nodes',
  'vmid',
  'exclude',
  'prune-backups',
  'group-filter',
  'network',
  'timeframe',
  'fleecing',
  'performance',
]);

function inOrder(parts: readonly string[]): string {
  return parts.map((part) => part.trim()).filter((part) => part !== '').sort().join(','); // prettier-ignore
}
