import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Around a whole run: a folder for what its files need alike, gone after it. */
export function setup(): void {
  process.env['HOLDFAST_RUN_FOLDER'] = mkdtempSync(join(tmpdir(), 'holdfast-run-'));
}

export function teardown(): void {
  rmSync(process.env['HOLDFAST_RUN_FOLDER']!, { recursive: true, force: true });
}
