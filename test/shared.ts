import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/**
 * The folder with samples of real servers that lie beside the checkout, or undefined where there is none: a test
 * that needs it is then skipped, and says so. With HOLDFAST_NO_SKIP=1 its absence is an error.
 */
export function sharedFolder(): string | undefined {
  const places = [process.env['HOLDFAST_SHARED'], '../shared', '../../shared'].filter((place) => place !== undefined && place !== '');
  const found = places.map((place) => resolve(place!)).find((place) => existsSync(place));
  if (!found && process.env['HOLDFAST_NO_SKIP'] === '1') throw new Error(`no folder with samples at ${places.join(', ')}`);
  return found;
}
