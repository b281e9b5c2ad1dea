import { expect, test } from 'vitest';
import type { ApiContext } from '../api/frame.ts';
import { addressKey, makeReach } from './address.ts';
import { hostName } from './host.ts';
import { isForeign } from './origin.ts';
import { makeThrottle } from './throttle.ts';

function context(from: string, headers: Readonly<Record<string, string>> = {}): ApiContext {
  const given: Readonly<Record<string, string>> = { host: 'Holdfast.lan:8470', ...headers };
  return { env: { incoming: { socket: { remoteAddress: from } } }, req: { header: (name: string) => given[name] } } as never;
}

const trusted = ['127.0.0.1', '10.0.0.0/8', 'fd00::/8'];
const FORWARDED = {
  'x-forwarded-for': '203.0.113.5, 198.51.100.9, 10.0.0.2',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'Out.example.org',
};
const REACHED = [
  { name: 'directly', from: '192.0.2.7', headers: {}, is: '192.0.2.7 holdfast.lan:8470 http' },
  { name: 'an IPv4 client on an IPv6 socket', from: '::ffff:192.0.2.7', headers: {}, is: '192.0.2.7 holdfast.lan:8470 http' },
  { name: 'headers from anybody', from: '192.0.2.7', headers: FORWARDED, is: '192.0.2.7 holdfast.lan:8470 http' },
  {
    name: 'through proxies: the last address no trusted one has',
    from: '127.0.0.1',
    headers: FORWARDED,
    is: '198.51.100.9 out.example.org https',
  },
  {
    name: 'through a proxy on an IPv6 network',
    from: 'fd00::1',
    headers: { 'x-forwarded-for': '2001:db8::5' },
    is: '2001:db8::5 holdfast.lan:8470 http',
  },
  {
    name: 'a chain that is no chain',
    from: '127.0.0.1',
    headers: { 'x-forwarded-for': 'unknown' },
    is: '127.0.0.1 holdfast.lan:8470 http',
  },
  {
    name: 'a proxy that only two of ours say',
    from: '127.0.0.1',
    headers: { 'x-forwarded-proto': 'https, http' },
    is: '127.0.0.1 holdfast.lan:8470 http',
  },
] as const;
for (const { name, from, headers, is } of REACHED) {
  test(`reached: ${name}`, () => {
    const { address, host, tls } = makeReach({ trusted })(context(from, headers));
    expect(`${address} ${host} ${tls ? 'https' : 'http'}`).toBe(is);
  });
}

test('the address in the policy says that TLS stands before it, for that address only', () => {
  const reach = makeReach({ trusted: [], publicUrl: 'https://holdfast.lan' });
  expect(reach(context('192.0.2.7', { host: 'holdfast.lan' })).tls).toBe(true);
  expect(reach(context('127.0.0.1', { host: '127.0.0.1:8470' })).tls).toBe(false);
});

test('one customer of IPv6 is one address', () => {
  expect(addressKey('192.0.2.7')).toBe('192.0.2.7');
  expect(new Set(['2001:db8:1:2::1', '2001:db8:1:2:ffff::1', '2001:db8:1:2:3:4:5:6'].map(addressKey)).size).toBe(1);
  expect(addressKey('2001:db8::1')).not.toBe(addressKey('2001:db8:1::1'));
  expect(addressKey('::1')).toBe('0:0:0:0::/64');
});

test('the name in a Host header', () => {
  const hosts = { 'holdfast.lan:8470': 'holdfast.lan', '[::1]:8470': '[::1]', 'a:b:c': '', 'a/b': '', '': '', 'a b': '' };
  for (const [host, name] of Object.entries(hosts)) expect([host, hostName(host)]).toEqual([host, name]);
});

const reached = { address: '192.0.2.7', host: 'holdfast.lan', tls: false, byProxy: false };
const ORIGINS = [
  { name: 'our own', headers: { origin: 'http://holdfast.lan' }, foreign: false },
  { name: 'a client that is no browser', headers: {}, foreign: false },
  { name: 'TLS that ends before us, unsaid', headers: { origin: 'https://holdfast.lan' }, foreign: false },
  { name: 'the address in the policy', headers: { origin: 'https://public.example.org' }, foreign: false },
  { name: 'another host', headers: { origin: 'http://evil.lan' }, foreign: true },
  { name: 'a host below ours', headers: { origin: 'http://x.holdfast.lan' }, foreign: true },
  { name: 'another port', headers: { origin: 'http://holdfast.lan:81' }, foreign: true },
  { name: 'a hidden one', headers: { origin: 'null' }, foreign: true },
  {
    name: 'our own, which the browser says is not',
    headers: { origin: 'http://holdfast.lan', 'sec-fetch-site': 'cross-site' },
    foreign: true,
  },
] as const;
for (const { name, headers, foreign } of ORIGINS) {
  test(`origin: ${name}`, () => expect(isForeign(context('x', headers), reached, 'https://public.example.org')).toBe(foreign));
}

test('a page without TLS is foreign to one with it', () => {
  const tls = { ...reached, tls: true };
  expect(isForeign(context('x', { origin: 'http://holdfast.lan' }), tls, undefined)).toBe(true);
  expect(isForeign(context('x', { origin: 'https://holdfast.lan' }), tls, undefined)).toBe(false);
});

test('the throttle remembers no more than it may, and forgets what is long past', () => {
  let at = 1_795_608_000;
  const throttle = makeThrottle(() => at);
  for (let n = 0; n < 5; n++) throttle.tries('anna', '192.0.2.7');
  expect(throttle.waitSeconds('anna', '198.51.100.1')).toBe(2);
  for (let n = 0; n < 10_001; n++) throttle.tries(`somebody ${n}`, `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`);
  expect(throttle.waitSeconds('anna', '198.51.100.1')).toBe(0);
  for (let n = 0; n < 20; n++) throttle.tries(`x${n}`, '192.0.2.8');
  expect(throttle.waitSeconds('ben', '192.0.2.8')).toBe(2);
  at += 3600;
  throttle.tries('ben', '192.0.2.8');
  expect(throttle.waitSeconds('ben', '192.0.2.8')).toBe(0);
});
