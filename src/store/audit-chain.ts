import { createHash } from 'node:crypto';
import type { AuditEntry } from '#core/memory/record.ts';

/** The hash before the first entry. */
export const CHAIN_START = '0'.repeat(64);

/** What makes two entries the same one: all of it. */
export function entryHash(entry: AuditEntry): string {
  return sha256(JSON.stringify([entry.at, entry.by, entry.act, entry.on, entry.detail]));
}

/** The hash of an entry that stands after the one with the hash `before`. */
export function chainHash(before: string, entry: AuditEntry): string {
  return sha256(`${before}\n${entryHash(entry)}`);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
