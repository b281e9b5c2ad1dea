/** A number in [0, 1) that is always the same for the same words: the lab's only chance. */
export function chance(...words: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const character of words.join('|')) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** A number within `spread` (a fraction) around `value`. */
export function around(value: number, spread: number, ...words: readonly (string | number)[]): number {
  return value * (1 - spread + 2 * spread * chance(...words));
}

/** Hexadecimal digits that are always the same for the same words. */
export function hexDigits(count: number, ...words: readonly (string | number)[]): string {
  let text = '';
  while (text.length < count) {
    text += Math.floor(chance(...words, text.length) * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  }
  return text.slice(0, count);
}

/** A UUID that is always the same for the same words. */
export function uuid(...words: readonly (string | number)[]): string {
  const hex = hexDigits(32, ...words);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
