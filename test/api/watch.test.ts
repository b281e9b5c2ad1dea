import { assert, asyncProperty, constantFrom, integer, record, option, string } from 'fast-check';
import { expect, test } from 'vitest';
import { draws } from '#test/draws.ts';
import { alert, alertsPage, auditPage, messagesPage } from '#server/api/schema/watch.ts';
import { guestsPage, type GuestRow } from '#server/api/schema/guests.ts';
import { overview } from '#server/api/schema/overview.ts';
import { startApi } from './rig.ts';

/** What the API says of the messy homelab: the overview, the lists, and a person's word on what was found. */

const { time, get, ask, post, memory, live } = await startApi('messy-homelab');
await time.pass(120);

test('the overview says first what is worst, in words, with counts that add up', async () => {
  const found = await get('/overview', overview);
  expect(found.mood).toBe('bad');
  expect(found.headline).toMatch(/^The promise to \d+ of \d+ guests is broken, \S+ first/);
  expect(Object.values(found.postures).reduce((sum, count) => sum + count, 0)).toBe(found.guests);
  expect(found.needs.length).toBeGreaterThan(3);
  expect(found.needs[0]!.finding.severity).toBe('error');
  expect(found.tiers.map(({ id, guests }) => ({ id, guests }))).toMatchSnapshot();
  expect(
    found.tiers.map(({ id, promises }) => [
      id,
      ...promises.map(({ promise, stands, promised, because }) => `${promise}: ${stands}: ${promised}: ${because}`),
    ]),
  ).toMatchSnapshot();
});

test('nothing that nothing measures is kept, and nothing is kept at a tier that nobody has', async () => {
  const { tiers } = await get('/overview', overview);
  expect(tiers.some(({ guests }) => guests > 0)).toBe(true);
  for (const { promises, guests } of tiers) {
    for (const { promise, stands } of promises) {
      if (promise === 'rto' || promise === 'drill') expect(['unproven', 'broken']).toContain(stands);
      if (guests === 0 && promise !== 'rto' && promise !== 'drill') expect(stands).toBe('unknown');
    }
  }
});

test('the overview is made once, told again by its tag, and made anew when something changed', async () => {
  const first = await ask('/overview');
  const etag = first.headers.get('etag')!;
  expect((await ask('/overview', { headers: { 'if-none-match': etag } })).status).toBe(304);
  const { needs } = overview.parse(await first.json());
  const done = await post('/alerts/answer', { act: 'acknowledge', key: needs[0]!.key, reason: 'on it' });
  expect(alert.parse(await done.json())).toMatchObject({ state: 'acknowledged', by: 'the operator', reason: 'on it' });
  const after = await ask('/overview', { headers: { 'if-none-match': etag } });
  expect(after.status).toBe(200);
  expect(overview.parse(await after.json()).needs.find(({ key }) => key === needs[0]!.key)?.state).not.toBe('open');
});

const SORTS = ['worst', 'name', 'vmid', 'exposure', 'tier'] as const;

test('pages of guests together are the whole list, each guest once, whatever the filter, the order and the size', async () => {
  const key = ({ site, vmid }: GuestRow): string => `${site}/${vmid}`;
  await assert(
    asyncProperty(
      record({
        sort: constantFrom(...SORTS),
        limit: integer({ min: 1, max: 9 }),
        tier: option(constantFrom('1', '2', 'none')),
        q: option(constantFrom('a', 'e', '10')),
      }),
      async ({ sort, limit, tier, q }) => {
        const filter = new URLSearchParams({ sort, ...(tier && { tier }), ...(q && { q }) });
        const whole = await get(`/guests?${filter}&limit=1000`, guestsPage);
        const keys: string[] = [];
        let cursor: string | undefined;
        do {
          const page: { items: GuestRow[]; next?: string | undefined; total: number } = await get(
            `/guests?${filter}&limit=${limit}${cursor === undefined ? '' : `&cursor=${cursor}`}`,
            guestsPage,
          );
          expect(page.total).toBe(whole.total);
          keys.push(...page.items.map(key));
          cursor = page.next;
        } while (cursor !== undefined);
        expect(keys).toEqual(whole.items.map(key));
        expect(new Set(keys).size).toBe(keys.length);
      },
    ),
    draws(25),
  );
});

test('a list of guests is filtered, and says where it is from', async () => {
  const { items, sources } = await get('/guests?posture=broken&strip=1', guestsPage);
  expect(items.length).toBeGreaterThan(0);
  expect(items.every(({ posture }) => posture === 'broken')).toBe(true);
  expect(items.some(({ points }) => points!.length > 0)).toBe(true);
  expect(sources).toEqual([expect.objectContaining({ site: 'homelab', from: 'look', timeZone: expect.any(String) })]);
  expect((await get('/guests?q=no-such-guest', guestsPage)).total).toBe(0);
});

test('nothing unknown is green: who is not known has no rung that says yes', async () => {
  const { items } = await get('/guests?limit=1000', guestsPage);
  for (const { posture, ladder, tier } of items) {
    if (posture === 'unknown' && tier !== undefined) expect(Object.values(ladder).map(({ state }) => state)).toContain('unknown');
    expect(ladder.restored.state).not.toBe('yes');
  }
});

test('alerts: listed worst first, answered by key, refused with what to do, and in the audit log', async () => {
  const page = await get('/alerts?limit=1000', alertsPage);
  expect(page.items.length).toBeGreaterThan(5);
  const { key } = page.items.find(({ state }) => state === 'open')!;
  const { now } = { now: Math.floor(Date.now() / 1000) };
  const late = await post('/alerts/answer', { act: 'suppress', key, reason: 'the new disk comes', untilAt: now + 400 * 86_400 });
  expect([late.status, await late.text()]).toEqual([409, expect.stringContaining('longer than anything may be silenced')]);
  expect((await post('/alerts/answer', { act: 'acknowledge', key: 'HF-NOTHING' })).status).toBe(404);
  expect((await post('/alerts/answer', { act: 'acknowledge', key }, 'viewer')).status).toBe(403);
  expect((await post('/alerts/answer', { act: 'acknowledge', key })).status).toBe(200);
  expect((await post('/alerts/answer', { act: 'reopen', key })).status).toBe(200);
  const { items, head } = await get('/audit', auditPage);
  expect(items.map(({ by, act }) => `${by}: ${act}`)).toEqual([
    'the operator: reopen',
    'the operator: acknowledge',
    'the operator: acknowledge',
  ]);
  expect(head).toBe(items[0]!.hash);
  expect(head).toBe((await memory.audit(0)).at(-1)!.hash);
  expect((await get('/audit?act=reopen', auditPage)).total).toBe(1);
});

test('messages are listed, the newest first and a page at a time, with what their channel said', async () => {
  expect((await get('/messages', messagesPage)).total).toBe(0);
  const at = live.clock.now();
  const message = { site: 'homelab', channel: 'mail', severity: 'error', subject: 'too old', text: 'It is.' } as const;
  const alerts = [at - 60, at].map((sentAt) => ({ ...message, id: `m${at - sentAt}`, at: sentAt, dueAt: sentAt, keys: ['HF-X'] }));
  const [lease] = await memory.leases.round('test', ['homelab'], 9);
  const nothing = { points: [], tasks: [], lives: [], postures: [], usage: [], audit: [] };
  await memory.record(lease!, { site: 'homelab', at, look: { outcome: 'complete', seconds: 1 }, ...nothing, alerts });
  await memory.outbox.failed('m60', at + 15, 'no such mailbox');
  const first = await get('/messages?limit=1', messagesPage);
  expect(first).toMatchObject({ total: 2, items: [{ ...message, id: 'm0', at, tries: 0 }] });
  const { items } = await get(`/messages?limit=1&cursor=${first.next}`, messagesPage);
  expect(items).toEqual([{ ...message, id: 'm60', at: at - 60, tries: 1, error: 'no such mailbox' }]);
});

test('whatever is asked and sent, nothing is a mistake of ours', async () => {
  const paths = constantFrom('/guests', '/alerts', '/audit', '/messages', '/overview');
  const names = constantFrom('cursor', 'limit', 'sort', 'tier', 'posture', 'q', 'site', 'state', 'strip', 'severity', 'by', 'act');
  await assert(
    asyncProperty(paths, names, string({ unit: 'binary' }), async (path, name, value) => {
      expect((await ask(`${path}?${new URLSearchParams({ [name]: value })}`)).status).toBeLessThan(500);
    }),
    draws(100),
  );
});
