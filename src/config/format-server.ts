import { checkNetwork } from './format-traffic.ts';
import type { Trouble } from './trouble.ts';

/** `https://holdfast.lan`: what people type, without a path. Without TLS too: in front of loopback nothing else is needed. */
export function checkOrigin(text: string): Trouble | undefined {
  const parsed = URL.parse(text);
  if (!parsed || !/^https?:$/.test(parsed.protocol)) return { problem: `"${text}" is no address with http:// or https://` };
  if (parsed.username !== '' || parsed.password !== '') return { problem: 'The address carries a user name or a password' };
  return text === parsed.origin ? undefined : { problem: `"${text}" holds more than scheme, host and port`, fix: `"${parsed.origin}"` };
}

/** `https://id.example.org/realms/home`. Without TLS only on this machine: whoever is in between would let in whom they like. */
export function checkIssuer(text: string): Trouble | undefined {
  const parsed = URL.parse(text);
  if (!parsed || !/^https?:$/.test(parsed.protocol)) return { problem: `"${text}" is no address with https://` };
  if (parsed.username !== '' || parsed.password !== '') return { problem: 'The address carries a user name or a password' };
  if (parsed.search !== '' || parsed.hash !== '') return { problem: `"${text}" holds more than an issuer has` };
  const loopback = parsed.hostname === 'localhost' || parsed.hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(parsed.hostname);
  if (parsed.protocol === 'https:' || loopback) return undefined;
  return { problem: `"${text}" is not encrypted`, fix: `"https://${text.slice('http://'.length)}"` };
}

/** `127.0.0.1`, `10.0.0.0/8`, `::1`. */
export function checkAddress(text: string): Trouble | undefined {
  const trouble = checkNetwork(text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`);
  return trouble && { problem: `"${text}" is neither an address nor a network` };
}
