import type { Trouble } from './trouble.ts';

const BITS = { 4: 32, 6: 128 } as const;

/** `10.0.0.0/8`, `fd00::/8`. PBS wants the length also where one address is meant. */
export function checkNetwork(text: string): Trouble | undefined {
  const [address = '', length, ...more] = text.split('/');
  const family = URL.canParse(`http://${address}`) && /^\d{1,3}(?:\.\d{1,3}){3}$/.test(address) ? 4 : isIpv6(address) ? 6 : undefined;
  if (family === undefined || more.length > 0) return { problem: `"${text}" is no network` };
  if (length === undefined) return { problem: `"${text}" is an address, not a network`, fix: `"${text}/${BITS[family]}"` };
  if (/^\d{1,3}$/.test(length) && Number(length) <= BITS[family]) return undefined;
  return { problem: `"${text}" is no network: an IPv${family} network has 0 to ${BITS[family]} bits` };
}

function isIpv6(address: string): boolean {
  return address.includes(':') && /^[0-9A-Fa-f:.]+$/.test(address) && URL.canParse(`http://[${address}]`);
}

const DAY = '(?:mon(?:day)?|tue(?:sday)?|wed(?:nesday)?|thu(?:rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)';
const DAYS = new RegExp(`^${DAY}(?:\\.\\.${DAY})?(?:,${DAY}(?:\\.\\.${DAY})?)*$`, 'i');

/**
 * `mon..fri 08:00-18:00`. PBS knows no frame over midnight and no 24:00.
 * @see https://pbs.proxmox.com/docs/network-management.html#traffic-control
 */
export function checkTimeframe(text: string): Trouble | undefined {
  const found = /^(?:(\S+) +)?(\d{1,2})(?::(\d{2}))?-(\d{1,2})(?::(\d{2}))?$/.exec(text);
  if (!found) return { problem: `"${text}" is no time frame` };
  const [, days] = found;
  const [, , h1, m1, h2, m2] = found.map((part) => Number(part ?? 0)) as [number, number, number, number, number, number];
  if (days !== undefined && !DAYS.test(days)) {
    const dotted = days.replaceAll('-', '..');
    return { problem: `"${days}" names no weekdays`, ...(DAYS.test(dotted) ? { fix: `"${text.replace(days, dotted)}"` } : {}) };
  }
  const two = (n: number): string => String(n).padStart(2, '0');
  const before = days === undefined ? '' : `${days} `;
  const from = `${before}${two(h1)}:${two(m1)}`;
  if (h2 === 24 && m2 === 0 && h1 < 24) return { problem: `"${text}" ends at 24:00, which PBS does not know`, fix: `"${from}-23:59"` };
  if (h1 > 23 || h2 > 23 || m1 > 59 || m2 > 59) return { problem: `"${text}" holds a time that does not exist` };
  if (h1 * 60 + m1 <= h2 * 60 + m2) return undefined;
  const fix = `["${from}-23:59", "${before}00:00-${two(h2)}:${two(m2)}"]`;
  return { problem: `"${text}" goes over midnight, and PBS knows no such frame`, fix };
}
