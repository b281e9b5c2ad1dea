import { BlockList, isIP, isIPv6 } from 'node:net';
import type { ApiContext } from '../api/frame.ts';

/** The connection a request came over, as far as it can be believed. */
export type Reached = {
  /** Of who asked; of the proxy's client where a trusted proxy tells it; `unknown` where there is no connection, as in tests. */
  readonly address: string;
  /** `holdfast.lan:8470`, lower case. */
  readonly host: string;
  readonly tls: boolean;
  /** The connection itself comes from a trusted proxy, so that its headers count. */
  readonly byProxy: boolean;
};

/** Says of each request how it got here. Without `trusted` proxies no header about that is believed. */
export function makeReach(settings: {
  readonly trusted: readonly string[];
  readonly publicUrl?: string | undefined;
}): (context: ApiContext) => Reached {
  const isTrusted = makeIsTrusted(settings.trusted);
  const publicUrl = settings.publicUrl === undefined ? undefined : new URL(settings.publicUrl);
  return (context) => {
    const direct = connectionAddress(context);
    const header = (name: string): string | undefined => context.req.header(name);
    const byProxy = isTrusted(direct);
    const host = ((byProxy ? last(header('x-forwarded-host')) : undefined) ?? header('host') ?? '').toLowerCase();
    const scheme = byProxy ? last(header('x-forwarded-proto')) : undefined;
    const tls = scheme === undefined ? publicUrl?.protocol === 'https:' && publicUrl.host === host : scheme === 'https';
    return { address: byProxy ? clientOf(header('x-forwarded-for'), isTrusted, direct) : direct, host, tls, byProxy };
  };
}

/** One key for everybody who may share an address: an IPv6 network of one customer has 64 bits. */
export function addressKey(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const groups = head.split(':').filter((group) => group !== '');
  const after = tail === undefined ? [] : tail.split(':').filter((group) => group !== '');
  const zeros = tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - groups.length - after.length) }, () => '0');
  return `${[...groups, ...zeros, ...after].slice(0, 4).join(':')}::/64`;
}

function makeIsTrusted(trusted: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const one of trusted) {
    const [address = '', bits] = one.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => isIP(address) !== 0 && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** The last address in the chain that no trusted proxy has: those before it are only said. */
function clientOf(chain: string | undefined, isTrusted: (address: string) => boolean, direct: string): string {
  let client = direct;
  for (const told of (chain ?? '').split(',').toReversed()) {
    const address = plainAddress(told.trim());
    if (isIP(address) === 0) break;
    client = address;
    if (!isTrusted(address)) break;
  }
  return client;
}

/** Of a list that each proxy appends to, what the one nearest to us says. */
function last(value: string | undefined): string | undefined {
  const said = value?.split(',').at(-1)?.trim().toLowerCase();
  return said === '' ? undefined : said;
}

function connectionAddress({ env }: ApiContext): string {
  const { incoming } = (env ?? {}) as { readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } } };
  return plainAddress(incoming?.socket?.remoteAddress ?? 'unknown');
}

/** An IPv4 address that came over an IPv6 socket, or with its port, is that IPv4 address. */
function plainAddress(address: string): string {
  return address
    .replace(/^::ffff:(?=\d+\.)/i, '')
    .replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')
    .replace(/^\[(.*)\](?::\d+)?$/, '$1');
}
