import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { BegunAnew } from '#core/memory/begun-anew.ts';

/**
 * A small file beside the database that says there was one, so that its loss is noticed. `begunAnew` stands in it from the moment a loss is found
 * until the new database has it in its audit log, so that no crash in between hides it.
 */
export type Marker = { readonly where: string; readonly id?: string; readonly madeAt?: number; readonly begunAnew?: BegunAnew };

/** Undefined where there is none, or none that can be read: then nothing is known of an earlier database. */
export function readMarker(file: string): Marker | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const marker: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof marker === 'object' && marker !== null && 'where' in marker ? (marker as Marker) : undefined;
  } catch {
    return undefined;
  }
}

/** Whole or not at all. */
export function writeMarker(file: string, marker: Marker): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, `${JSON.stringify(marker)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
