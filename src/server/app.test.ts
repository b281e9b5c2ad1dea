import { createConnection } from 'node:net';
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import type { GuestWatched, SiteWatched, Watching } from '#app/watching.ts';
import { NOW } from '#test/make.ts';
import { hasPromtool, runPromtool } from '#test/promtool.ts';
import type { ApiEnv } from './api/frame.ts';
import { makeApp, type AppOptions } from './app.ts';
import { startServer } from './server.ts';

const TOKEN = 'abcdefgh-ijklmnop';

function makeGuest(guest: Partial<GuestWatched> = {}): GuestWatched {
  return {
    vmid: 101,
    name: 'db',
    tier: 1,
    posture: 'protected',
    because: 'well',
    newestPointAt: NOW - 3600,
    breaksAt: NOW + 7200,
    ...guest,
  };
}

function makeWatched(site: Partial<SiteWatched> = {}): SiteWatched {
  return {
    site: 'home',
    state: 'watched',
    look: { at: NOW - 10, outcome: 'complete', seconds: 1 },
    completeAt: NOW - 10,
    silent: [],
    looks: { complete: 3, partial: 1, failed: 0 },
    requests: 99,
    failures: 0,
    messages: { sent: 1, failed: 2 },
    locks: { set: 7, lifted: 3 },
    jobs: [{ tier: 3 }, { tier: 4, suspendedAt: NOW - 86_400 }],
    unseen: [],
    uses: [],
    stores: [{ what: 'datastore:pbs/main', measuredAt: NOW, totalBytes: 100, usedBytes: 60, availableBytes: 40, stuckAt: NOW + 86_400 }],
    retries: { started: 1, busy: 0, nothing: 0, failed: 0 },
    guests: [makeGuest(), makeGuest({ vmid: 102, posture: 'broken' })],
    findings: [],
    ...site,
  };
}

function without({ look: _look, ...site }: SiteWatched): SiteWatched {
  return site;
}

function makeWatching(parts: Partial<Watching> = {}): Watching {
  return { version: '0.1.0', replica: 'one', startedAt: NOW - 100, leasedAt: NOW - 2, sites: [makeWatched()], ...parts };
}

function rig(parts: Partial<Watching> = {}, options: Partial<AppOptions> = {}) {
  const hints: (string | undefined)[] = [];
  const app = makeApp({
    watching: () => makeWatching(parts),
    now: () => NOW,
    hint: (site) => void hints.push(site),
    hookToken: TOKEN,
    ...options,
  });
  return {
    app,
    hints,
    get: async (path: string) => app.request(path),
    post: async (path: string, body = '{}') => app.request(path, { method: 'POST', body }),
  };
}

const HEALTH = [
  { name: 'all is well', parts: {}, health: 200, ready: 200, because: '' },
  {
    name: 'a site that is out is no fault of the daemon',
    parts: { sites: [makeWatched({ look: { at: NOW, outcome: 'failed', seconds: 1 } })] },
    health: 200,
    ready: 200,
    because: '',
  },
  {
    name: 'a site that was never looked at',
    parts: { sites: [makeWatched({ state: 'starting' })] },
    health: 200,
    ready: 503,
    because: 'home was not looked at yet',
  },
  {
    name: 'a site that another replica watches',
    parts: { sites: [makeWatched({ state: 'elsewhere' })] },
    health: 200,
    ready: 200,
    because: '',
  },
  {
    name: 'a site that is refused',
    parts: { sites: [makeWatched({ state: 'refused', refusal: 'x has Datastore.Prune' })] },
    health: 200,
    ready: 503,
    because: 'home is not watched: x has Datastore.Prune',
  },
  {
    name: 'a site that is refused for an hour: no daemon would start with it',
    parts: {
      sites: [
        makeWatched({ state: 'refused', refusal: 'x has Datastore.Prune', look: { at: NOW - 4000, outcome: 'complete', seconds: 1 } }),
      ],
    },
    health: 503,
    ready: 503,
    because: 'home was last looked at 4000 s ago: x has Datastore.Prune',
  },
  {
    name: 'a site whose first look never came',
    parts: { sites: [without(makeWatched({ state: 'starting', sinceAt: NOW - 4000, lastFailure: 'no memory' }))] },
    health: 503,
    ready: 503,
    because: 'home was not looked at for 4000 s: no memory',
  },
  { name: 'the memory is gone for a moment', parts: { memoryTrouble: 'disk full' }, health: 200, ready: 503, because: 'disk full' },
  {
    name: 'the memory is gone',
    parts: { memoryTrouble: 'disk full', leasedAt: NOW - 90 },
    health: 503,
    ready: 503,
    because: 'leases were last renewed 90 s ago: disk full',
  },
  {
    name: 'a worker hangs',
    parts: { sites: [makeWatched({ look: { at: NOW - 4000, outcome: 'complete', seconds: 1 } })] },
    health: 503,
    ready: 503,
    because: 'home was last looked at 4000 s ago',
  },
] as const;

for (const { name, parts, health, ready, because } of HEALTH) {
  test(`health: ${name}`, async () => {
    const { get } = rig(parts);
    expect((await get('/healthz')).status).toBe(health);
    const readiness = await get('/readyz');
    expect(readiness.status).toBe(ready);
    expect(((await readiness.json()) as { because: string[] }).because.join()).toContain(because);
  });
}

test.skipIf(!hasPromtool())('metrics: promtool has nothing to say', async () => {
  const sites = [makeWatched(), makeWatched({ site: 'branch', silent: [{ server: 'pbs', kind: 'unreachable', because: 'x', fix: 'y' }] })];
  const text = await (await rig({ sites }).get('/metrics')).text();
  expect(runPromtool(['check', 'metrics'], text)).toEqual({ code: 0, text: '' });
});

test('metrics: the names are a contract', async () => {
  const text = await (await rig().get('/metrics')).text();
  expect([...text.matchAll(/^# TYPE (\S+ \S+)$/gm)].map(([, name]) => name)).toMatchInlineSnapshot(`
    [
      "holdfast_site_watched gauge",
      "holdfast_site_refused gauge",
      "holdfast_site_look_complete gauge",
      "holdfast_site_look_timestamp_seconds gauge",
      "holdfast_site_complete_look_timestamp_seconds gauge",
      "holdfast_site_look_duration_seconds gauge",
      "holdfast_site_server_silent gauge",
      "holdfast_site_looks_total counter",
      "holdfast_site_requests_total counter",
      "holdfast_site_failures_total counter",
      "holdfast_messages_sent_total counter",
      "holdfast_messages_failed_total counter",
      "holdfast_retries_total counter",
      "holdfast_findings gauge",
      "holdfast_guests gauge",
      "holdfast_guest_posture gauge",
      "holdfast_guest_newest_point_timestamp_seconds gauge",
      "holdfast_guest_exposure_seconds gauge",
      "holdfast_guest_slack_seconds gauge",
      "holdfast_guest_verified_timestamp_seconds gauge",
      "holdfast_guests_without_series gauge",
      "holdfast_store_size_bytes gauge",
      "holdfast_store_used_bytes gauge",
      "holdfast_store_available_bytes gauge",
      "holdfast_store_full_timestamp_seconds gauge",
      "holdfast_store_stuck_timestamp_seconds gauge",
      "holdfast_job_suspended gauge",
      "holdfast_points_locked_total counter",
      "holdfast_points_unlocked_total counter",
      "holdfast_info gauge",
      "holdfast_start_timestamp_seconds gauge",
      "holdfast_memory_usable gauge",
      "holdfast_policy_good gauge",
      "holdfast_resident_memory_bytes gauge",
      "holdfast_event_loop_delay_seconds gauge",
    ]
  `);
  expect(text).toContain('holdfast_guest_slack_seconds{site="home",vmid="101",tier="1"} 7200');
  expect(text).toContain('holdfast_guest_exposure_seconds{site="home",vmid="101",tier="1"} 3600');
  expect(text).toContain('holdfast_guest_posture{site="home",vmid="102",tier="1"} 4');
  expect(text).toContain(`holdfast_store_stuck_timestamp_seconds{site="home",store="datastore:pbs/main"} ${NOW + 86_400}`);
  expect(text).not.toContain('holdfast_store_full_timestamp_seconds{');
  expect(text).toContain('holdfast_job_suspended{site="home",tier="4"} 1');
  expect(text).toContain('holdfast_job_suspended{site="home",tier="3"} 0');
  expect(text).toContain('holdfast_points_locked_total{site="home"} 7');
});

test('metrics: a fleet has counts for all and series for the worst', async () => {
  const guests = Array.from({ length: 10_000 }, (_, i) => makeGuest({ vmid: 100 + i, posture: i === 9999 ? 'broken' : 'protected' }));
  const text = await (await rig({ sites: [makeWatched({ guests })] }).get('/metrics')).text();
  expect(text).toContain('holdfast_guests{site="home",tier="1",posture="protected"} 9999');
  expect(text.match(/^holdfast_guest_posture\{/gm)?.length).toBe(2000);
  expect(text).toContain('holdfast_guest_posture{site="home",vmid="10099",tier="1"} 4');
  expect(text).toContain('holdfast_guests_without_series{site="home"} 8000');
});

test('metrics: nothing is said of a site that another replica watches', async () => {
  const text = await (await rig({ sites: [makeWatched({ state: 'elsewhere' })] }).get('/metrics')).text();
  expect(text).not.toContain('holdfast_guest_posture{');
  expect(text).toContain('holdfast_site_watched{site="home"} 0');
});

test('hooks: the token makes it look, at all sites or at one; what the message says does not matter', async () => {
  const { post, hints } = rig();
  expect((await post(`/hooks/${TOKEN}`, 'no JSON at all')).status).toBe(204);
  expect((await post(`/hooks/${TOKEN}?site=home`)).status).toBe(204);
  expect((await post(`/hooks/${TOKEN}?site=elsewhere`)).status).toBe(404);
  expect(hints).toEqual([undefined, 'home']);
});

test('hooks: another token, no token, a body that is too large: nobody looks', async () => {
  const { post, get, hints } = rig();
  expect((await post(`/hooks/${TOKEN}x`)).status).toBe(404);
  expect((await get(`/hooks/${TOKEN}`)).status).toBe(404);
  expect((await post(`/hooks/${TOKEN}`, 'x'.repeat(64 * 1024 + 1))).status).toBe(413);
  const without = makeApp({ watching: makeWatching, now: () => NOW, hint: () => expect.unreachable() });
  expect((await without.request(`/hooks/undefined`, { method: 'POST' })).status).toBe(404);
  expect(hints).toEqual([]);
});

test('hooks: a flood is refused, and the next minute is heard again', async () => {
  let now = NOW;
  const { post, hints } = rig({}, { now: () => now });
  for (let i = 0; i < 100; i++) await post(`/hooks/${TOKEN}`);
  expect(hints.length).toBe(60);
  expect((await post(`/hooks/${TOKEN}`)).status).toBe(429);
  now += 60;
  expect((await post(`/hooks/${TOKEN}`)).status).toBe(204);
});

test('the server listens on loopback, answers, and closes though a client holds on', async () => {
  const { url, close } = await startServer({ host: '127.0.0.1', port: 0, watching: makeWatching, now: () => NOW, hint: () => {} });
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  const held = createConnection(Number(new URL(url).port), '127.0.0.1');
  await new Promise((open) => held.once('connect', () => open(undefined)));
  held.on('error', () => {});
  await close();
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
});

test('a port that is taken is an error of the start', async () => {
  const one = await startServer({ host: '127.0.0.1', port: 0, watching: makeWatching, now: () => NOW, hint: () => {} });
  const port = Number(new URL(one.url).port);
  await expect(startServer({ host: '127.0.0.1', port, watching: makeWatching, now: () => NOW, hint: () => {} })).rejects.toThrow(
    'EADDRINUSE',
  );
  await one.close();
});

test('every answer of the API says what time it is by the clock of the daemon', async () => {
  const api = new Hono<ApiEnv>();
  api.get('/api/v1/things', (c) => c.json([]));
  const { app } = rig({}, { api });
  const answer = await app.request('/api/v1/things');
  expect(answer.headers.get('x-holdfast-now')).toBe(String(NOW));
});
