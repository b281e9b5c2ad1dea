import { nameKey } from './account.ts';

/** Characters a new password has at least. */
export const SHORTEST_PASSWORD = 10;
const FEWEST_DIFFERENT = 5;

/** Why a new password would be guessed soon; undefined where nothing speaks against it. Length counts, not kinds of characters. */
export function weakness(password: string, name: string): string | undefined {
  const letters = Array.from(password.normalize('NFKC'));
  if (letters.length < SHORTEST_PASSWORD) return `it has ${letters.length} characters; at least ${SHORTEST_PASSWORD} are needed`;
  if (new Set(letters).size < FEWEST_DIFFERENT) return 'it is the same few characters over and over';
  const key = nameKey(password);
  if (key.replaceAll(nameKey(name), '').length < FEWEST_DIFFERENT) return 'it is hardly more than the name of the account';
  return undefined;
}
