/**
 * 16 hexadecimal digits that are equal for equal values and, but for chance, differ for others. The order of an object's keys does
 * not count, the order of a list does; `undefined` counts as absent. Not a secret and no protection against forgery.
 */
export function digest(value: unknown): string {
  const text = canonical(value);
  return hash32(text, 0x811c9dc5) + hash32(text, 0x01000193);
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, part]) => `${JSON.stringify(key)}:${canonical(part)}`).join(',')}}`;
}

/** FNV-1a over UTF-16 units, then mixed so that a change anywhere reaches every bit. */
function hash32(text: string, seed: number): string {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0).toString(16).padStart(8, '0');
}
