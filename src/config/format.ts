import { z } from 'zod';
import { closest } from '#core/closest.ts';
import { parseDuration, parseRate, parseSize } from '#core/units.ts';
import { checkAddress, checkIssuer, checkOrigin } from './format-server.ts';
import { checkNetwork, checkTimeframe } from './format-traffic.ts';
import type { Format } from './note.ts';
import type { Trouble } from './trouble.ts';

type Check = (text: string) => Trouble | undefined;

/** A text that one of Holdfast's formats must read. `pattern` is what an editor can check without us. */
function formatted(check: Check, pattern?: string): z.ZodString {
  const schema = z.string().superRefine((text, context) => {
    const trouble = check(text);
    if (trouble) context.addIssue({ code: 'custom', message: trouble.problem, params: { fix: trouble.fix } });
  });
  return pattern === undefined ? schema : schema.meta({ pattern });
}

const DURATION = '^([0-9]+(\\.[0-9]+)?[smhdw])+$';

export const duration = (): z.ZodString => formatted(checkDuration, DURATION);
export const size = (): z.ZodString => formatted(checkSize, '^[0-9]+(\\.[0-9]+)? ?(B|KiB|MiB|GiB|TiB|PiB)?$');
export const rate = (): z.ZodString => formatted(checkRate, '^[0-9]+(\\.[0-9]+)? ?(B|KiB|MiB|GiB|TiB|PiB)?/s$');
export const secret = (): z.ZodString => formatted(checkSecret, '^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+|exec:.+)$');
export const url = (): z.ZodString => formatted(checkUrl, '^https://[^/]+$');
export const fingerprint = (): z.ZodString => formatted(checkFingerprint, '^([0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2}$');
export const zone = (): z.ZodString => formatted(checkZone);
export const window = (): z.ZodString => formatted(checkWindow, '^([01][0-9]|2[0-4]):[0-5][0-9]-([01][0-9]|2[0-4]):[0-5][0-9]$');
export const clock = (): z.ZodString => formatted(checkClock, '^([01][0-9]|2[0-3]):[0-5][0-9]$');
export const network = (): z.ZodString => formatted(checkNetwork, '^[0-9A-Fa-f.:]+/[0-9]{1,3}$');
export const origin = (): z.ZodString => formatted(checkOrigin, '^https?://[^/]+$');
export const issuer = (): z.ZodString => formatted(checkIssuer, '^https?://.+$');
export const address = (): z.ZodString => formatted(checkAddress, '^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$');
export const timeframe = (): z.ZodString => formatted(checkTimeframe, '^([a-z.,]+ )?[0-9]{1,2}(:[0-9]{2})?-[0-9]{1,2}(:[0-9]{2})?$');
export const date = (): z.ZodString => formatted(checkDate, '^[0-9]{4}-[0-9]{2}-[0-9]{2}$');

/** A name as Proxmox allows it; `what` names the kind in messages. */
export function name(what: string, pattern: RegExp, rule: string): z.ZodString {
  return formatted((text) => (pattern.test(text) ? undefined : { problem: `"${text}" is no ${what}: ${rule}` }), pattern.source);
}

function checkDuration(text: string): Trouble | undefined {
  if (parseDuration(text) !== undefined) return undefined;
  const problem = `"${text}" is no duration`;
  if (/^\d+(?:\.\d+)?$/.test(text)) return { problem: `"${text}" has no unit`, fix: `${text}h` };
  if (/^-\d/.test(text))
    return { problem: `${problem}: it cannot be negative`, ...(checkDuration(text.slice(1)) ? {} : { fix: text.slice(1) }) };
  const clock = /^(\d{1,3}):(\d{2})$/.exec(text);
  if (clock) {
    const [hours, minutes] = [Number(clock[1]), Number(clock[2])];
    return {
      problem: `${problem}: it is written as a time of day`,
      fix: `${hours > 0 ? `${hours}h` : ''}${minutes > 0 ? `${minutes}m` : ''}` || '1h',
    };
  }
  const words = /^(\d+(?:\.\d+)?) *([a-z]+)$/i.exec(text);
  if (!words) return { problem };
  const [, count, unit] = words;
  const long = unit!.toLowerCase();
  if (unit === 'M' || long.startsWith('mo'))
    return { problem: `${problem}: months differ in length, a promise is elapsed time`, fix: `${Number(count) * 30}d` };
  if (/^y(ears?|rs?)?$/.test(long))
    return { problem: `${problem}: years differ in length, a promise is elapsed time`, fix: `${Number(count) * 365}d` };
  const known = /^(s(ec(ond)?s?)?|m(in(ute)?s?)?|h((ou)?rs?)?|d(ays?)?|w(eeks?)?)$/.test(long);
  return { problem, ...(known ? { fix: `${count}${long[0]}` } : {}) };
}

function checkSize(text: string): Trouble | undefined {
  if (parseSize(text) !== undefined) return undefined;
  return { problem: `"${text}" is no size`, ...suggestUnit(text, '') };
}

function checkRate(text: string): Trouble | undefined {
  if (parseRate(text) !== undefined) return undefined;
  return { problem: `"${text}" is no rate`, ...suggestUnit(text.replace(/\/?(s|sec|second|ps)$/i, ''), '/s') };
}

/** `500GB`, `500 gb`, `500G` → `500GiB`. */
function suggestUnit(text: string, suffix: string): { readonly fix?: string } {
  const found = /^(\d+(?:\.\d+)?) *([kmgtp])(i?b)?$/i.exec(text.trim().replaceAll(/(?<=\d)[_' ](?=\d)/g, ''));
  if (!found) return {};
  return { fix: `${found[1]}${found[2]!.toUpperCase()}iB${suffix}` };
}

function checkSecret(text: string): Trouble | undefined {
  const kind = /^(env|file|exec):/.exec(text)?.[1];
  if (kind === undefined) return { problem: 'A secret stands here itself' };
  const rest = text.slice(kind.length + 1);
  if (rest.trim() === '') return { problem: `"${text}" names nothing` };
  if (kind === 'env' && !/^[A-Za-z_]\w*$/.test(rest)) return { problem: 'What follows "env:" is no name of an environment variable' };
  return undefined;
}

function checkUrl(text: string): Trouble | undefined {
  if (/:\/\/[^/]*@/.test(text)) return { problem: 'The address carries a user name or a password' };
  if (!/^[a-z][a-z+.-]*:\/\//i.test(text))
    return { problem: `"${text}" is no address with https://`, fix: `"https://${text.replace(/^\/+/, '')}"` };
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (!parsed || parsed.hostname === '') return { problem: `"${text}" is no address` };
  if (parsed.protocol !== 'https:') {
    return { problem: `"${text}" is not encrypted: it begins with ${parsed.protocol}//`, fix: `"https://${parsed.host}"` };
  }
  if (parsed.pathname !== '/' || parsed.search !== '' || parsed.hash !== '' || text.endsWith('/')) {
    return { problem: `"${text}" holds more than host and port`, fix: `"https://${parsed.host}"` };
  }
  return undefined;
}

function checkFingerprint(text: string): Trouble | undefined {
  const digits = text.replaceAll(/[:\s]/g, '');
  const strange = /[^0-9A-Fa-f:]/.exec(text)?.[0];
  if (strange !== undefined && !/\s/.test(strange)) return { problem: `"${strange}" in the fingerprint is no hexadecimal digit` };
  const bytes = digits.length / 2;
  if (bytes === 20) return { problem: 'The fingerprint has 20 bytes: that is SHA-1, needed is SHA-256 with 32' };
  if (bytes !== 32) return { problem: `The fingerprint has ${bytes} bytes, SHA-256 has 32` };
  if (/^([0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2}$/.test(text)) return undefined;
  return { problem: 'The fingerprint is not written as 32 pairs with colons', fix: `"${digits.toUpperCase().match(/../g)!.join(':')}"` };
}

function checkZone(text: string): Trouble | undefined {
  const known = Intl.supportedValuesOf('timeZone');
  if (/^[A-Z]/i.test(text) && isZone(text) && !/^[+-]/.test(text)) {
    const exact = known.find((zone) => zone.toLowerCase() === text.toLowerCase());
    if (exact === undefined || exact === text) return undefined;
    return { problem: `"${text}" is written "${exact}"`, fix: exact };
  }
  const city = known.find((zone) => zone.toLowerCase().endsWith(`/${text.toLowerCase().replaceAll(' ', '_')}`));
  const near = city ?? closest(text, known);
  return { problem: `"${text}" is no time zone`, ...(near ? { fix: near } : {}) };
}

function isZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function checkWindow(text: string): Trouble | undefined {
  const found = /^(\d{1,2})(?::(\d{2}))? ?(?:-|–|to) ?(\d{1,2})(?::(\d{2}))?$/.exec(text);
  if (!found) return { problem: `"${text}" is no window` };
  const [, h1, m1, h2, m2] = found.map((part) => Number(part ?? 0)) as [number, number, number, number, number];
  if (h1 > 23 || m1 > 59 || m2 > 59 || h2 * 60 + m2 > 1440) return { problem: `"${text}" holds a time that does not exist` };
  const two = (n: number): string => String(n).padStart(2, '0');
  const good = `${two(h1)}:${two(m1)}-${two(h2)}:${two(m2)}`;
  if (h1 * 60 + m1 === (h2 * 60 + m2) % 1440) return { problem: `"${text}" begins when it ends`, fix: '"22:00-06:00"' };
  return good === text ? undefined : { problem: `"${text}" is written "${good}"`, fix: `"${good}"` };
}

function checkClock(text: string): Trouble | undefined {
  const found = /^(\d{1,2})[:.](\d{2})$/.exec(text);
  const [hours, minutes] = [Number(found?.[1]), Number(found?.[2])];
  if (!found || hours > 23 || minutes > 59) return { problem: `"${text}" is no time of day`, fix: '"07:30"' };
  const good = `${String(hours).padStart(2, '0')}:${found[2]}`;
  return good === text ? undefined : { problem: `"${text}" is written "${good}"`, fix: `"${good}"` };
}

function checkDate(text: string): Trouble | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return { problem: `"${text}" is no date`, fix: '2027-03-01' };
  const [year, month, day] = text.split('-').map(Number) as [number, number, number];
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (month >= 1 && month <= 12 && day >= 1 && day <= last) return undefined;
  return { problem: `"${text}" is a day that does not exist` };
}

/** The formats in words, for messages and the reference page. */
export const FORMATS: Readonly<Record<Format, string>> = {
  duration:
    'a number and a unit of s, m, h, d or w; several may follow each other (`90m`, `24h`, `7d`, `12w`, `1d12h`). Elapsed time: a day is always 24 hours',
  size: 'a number and a binary unit: B, KiB, MiB, GiB, TiB or PiB (`500GiB`)',
  rate: 'a size per second (`100MiB/s`)',
  secret: 'where a secret is found: `env:NAME`, `file:/path` or `exec:command`; never the secret itself',
  url: '`https://host:port`, without a path; the port may be left out where it is the usual one',
  fingerprint: 'SHA-256 of the certificate: 32 pairs of hexadecimal digits with colons between them',
  zone: 'a time zone by its IANA name (`Europe/Vienna`)',
  window: 'from and to in local time (`22:00-06:00`); it may span midnight',
  clock: 'a time of day (`07:30`)',
  event: 'a Proxmox calendar event (`02:00`, `sun 03:00`, `*-*-1 04:00`)',
  network: 'addresses with the length of their common beginning (`10.0.0.0/8`, `fd00::/8`)',
  timeframe: 'weekdays and from to, within one day, end excluded (`mon..fri 08:00-18:00`, `22:00-23:59`)',
  date: 'a day (`2027-03-01`)',
  name: 'a name',
  'whole number': 'a whole number',
};
