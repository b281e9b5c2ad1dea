import type { Finding } from '../finding.ts';

/**
 * What makes two findings of different days the same one: the code and what it is about, never its words, for those carry ages and
 * counts. A guest is known by its vmid, so that a new name changes nothing. What happened once is known by where and when it happened.
 */
export function findingKey({
  code,
  site,
  vmid,
  disk,
  at,
  lastsUntilAt,
}: Pick<Finding, 'code' | 'site' | 'vmid' | 'disk' | 'at' | 'lastsUntilAt'>): string {
  const once = lastsUntilAt !== undefined;
  const about = vmid === undefined || once ? at : `guest ${vmid}${disk === undefined ? '' : ` ${disk}`}`;
  return `${code} ${site ?? ''} ${about}`;
}
