/** Names under which hosts carry UTC: PVE and PBS say `Etc/UTC` where people write `UTC`. */
const UTC = new Set([
  'UTC',
  'Etc/UTC',
  'Etc/UCT',
  'UCT',
  'Zulu',
  'Etc/Zulu',
  'Universal',
  'Etc/Universal',
  'GMT',
  'Etc/GMT',
  'Etc/Greenwich',
]);

/** Whether two names are one zone, as far as a difference would matter: the many names of UTC are one. */
export function sameZone(a: string, b: string): boolean {
  return a === b || (UTC.has(a) && UTC.has(b));
}
