/**
 * What the overview of 10,000 guests costs to ask for, against a route that returns a constant: both over HTTP on loopback, in one run, asked in
 * turns. Once in 150 times the overview is told to have changed, so that it is made anew: the p99 is of answers that were kept, the longest of one that
 * was made, and is told beside it.
 */
import { connect } from 'node:net';
import type { Live } from '#app/live.ts';
import { makeNews } from '#app/news.ts';
import type { GuestWatched } from '#app/watching.ts';
import { emptySite } from '#daemon/worker.ts';
import { makeApi } from '#server/api/api.ts';
import { watchAreas } from '#server/api/areas.ts';
import { startServer } from '#server/server.ts';
import { volatileMemory } from '#store/volatile.ts';
import { makePolicy, makeSite, makeTier, NOW } from '#test/make.ts';
import { report } from './result.ts';

const GUESTS = 10_000;
const ASKED = 2000;
const LIMIT = 5;

const policy = makePolicy({ sites: [makeSite()], tiers: [1, 2, 3, 4].map((id) => makeTier({ id })) });
const guests = Array.from({ length: GUESTS }, (_, i): GuestWatched => {
  const rpo = { posture: i % 100 === 0 ? ('broken' as const) : ('protected' as const), because: 'the newest usable point is 10h old' };
  const point = NOW - 36_000 - (i % 3600);
  return {
    vmid: 100 + i,
    name: `guest-${i}`,
    type: 'vm',
    tier: 1 + (i % 4),
    ...rpo,
    newestPointAt: point,
    promises: { rpo, reachesAt: NOW - 3_000_000 },
  };
});
const site = { ...emptySite(policy.sites[0]!.name, 'watched'), look: { at: NOW, outcome: 'complete', seconds: 1 } as const, guests };
const news = makeNews();
const live: Live = {
  clock: { now: () => NOW },
  memory: volatileMemory(),
  examiner: { examine: async () => [], showCertificate: () => Promise.reject(new Error('not asked')) },
  policy: () => policy,
  watching: () => ({ version: '0', replica: 'bench', startedAt: NOW, leasedAt: NOW, sites: [site] }),
  seen: () => undefined,
  hands: () => undefined,
  hint: () => {},
  announce: news.announce,
};
const api = makeApi({
  authenticate: async () => ({ name: 'bench', role: 'viewer', via: 'password' }),
  log: { warn: () => {} },
  version: '0',
  areas: [...watchAreas(live, news, new AbortController().signal)],
});
api.get('/api/constant', (context) => context.body('constant'));
const { url, close } = await startServer({ host: '127.0.0.1', port: 0, watching: live.watching, now: () => NOW, hint: () => {}, api });
const socket = connect(Number(new URL(url).port), '127.0.0.1').setNoDelay();

const took = { overview: [] as number[], constant: [] as number[] };
for (let i = 0; i < ASKED + 200; i++) {
  if (i % 150 === 149) news.announce(['overview']);
  for (const [name, path] of [
    ['constant', '/api/constant'],
    ['overview', '/api/v1/overview'],
  ] as const) {
    const ms = await ask(path);
    if (i >= 200) took[name].push(ms);
  }
}
socket.destroy();
await close();

const [overview, constant] = [p99(took.overview), p99(took.constant)];
report({
  name: `the overview of ${GUESTS} guests, p99 against a constant`,
  measured: `  ${overview.toFixed(2)} ms against ${constant.toFixed(2)} ms; at most ${Math.max(...took.overview).toFixed(1)} ms, where it was made anew`,
  value: overview / constant,
  limit: LIMIT,
  unit: '×',
  below: true,
});

function p99(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)]!;
}

/** One request on the one connection, to its last byte. */
function ask(path: string): Promise<number> {
  const begin = performance.now();
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
  return new Promise((resolve) => {
    let text = '';
    const read = (part: Buffer): void => {
      text += part.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1]);
      if (end < 0 || text.length < end + 4 + length) return;
      socket.off('data', read);
      resolve(performance.now() - begin);
    };
    socket.on('data', read);
  });
}
