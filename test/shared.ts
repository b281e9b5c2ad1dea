import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/**
 * The folder with samples of real servers that lie beside the checkout, or undefined where there is none: a test
 * that needs it is then skipped, and says so. It cannot be installed, so its absence alone is no failure of a run with HOLDFAST_NO_SKIP.
 */
export function sharedFolder(): string | undefined {
  const places = [process.env['HOLDFAST_SHARED'], '../shared', '../../shared'].filter((place) => place !== undefined && place !== '');
  return places.map((place) => resolve(place!)).find((place) => existsSync(place));
}
