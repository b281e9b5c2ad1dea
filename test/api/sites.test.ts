import { expect, test } from 'vitest';
import type { Document } from '#server/api/openapi.ts';
import { alertsPage, capacityPage, siteHealth, sitesPage } from '#server/api/schema/watch.ts';
import { startApi } from './rig.ts';

const { time, get, post, app, lab } = await startApi('healthy-30');
await time.pass(120);

test('a site: its servers answer, nobody asked yet what its logins may do', async () => {
  const { sites } = await get('/sites', sitesPage);
  expect(sites).toEqual([expect.objectContaining({ state: 'watched', because: 'everything was seen', whole: true })]);
  expect(sites[0]!.servers.map(({ server, answers, version }) => [server, answers, typeof version])).toEqual([
    ['pve', true, 'string'],
    ['pbs', true, 'string'],
  ]);
  expect(sites[0]!.servers[0]!.logins).toBe(undefined);
  expect((await get('/alerts', alertsPage)).sources).toMatchObject([{ from: 'look', whole: true }]);
});

test('a site that is examined tells rights and clocks of the logins the daemon has, and of no other', async () => {
  const { site } = (await get('/sites', sitesPage)).sites[0]!;
  expect((await post(`/sites/${site}/examine`, {}, 'viewer')).status).toBe(403);
  expect((await post('/sites/nowhere/examine', {})).status).toBe(404);
  const health = siteHealth.parse(await (await post(`/sites/${site}/examine`, {})).json());
  expect(health.servers.flatMap(({ logins }) => logins!.map(({ login }) => login))).toEqual(['token', 'token', 'backupToken']);
  expect(health.servers[0]!.logins![0]).toMatchObject({ login: 'token', good: true, because: 'it has every right it needs' });
  expect(health.servers[0]!.hosts!.length).toBeGreaterThan(0);
  expect((await get('/sites', sitesPage)).sites[0]!.examinedAt).toBe(health.examinedAt);
});

test('a server that falls silent is told', async () => {
  lab.world.faults.push({ server: 'pbs', call: '.', times: 1e9, kind: 'refused' });
  await time.pass(60);
  const { sites } = await get('/sites', sitesPage);
  expect(sites[0]!.because).toMatch(/^pbs gives no sign of life: /);
  expect(sites[0]!.servers.map(({ answers }) => answers)).toEqual([true, false]);
  // That nothing is open says nothing of a site whose server is silent.
  expect((await get('/alerts', alertsPage)).sources).toMatchObject([{ from: 'look', whole: false }]);
  const { servers } = siteHealth.parse(await (await post(`/sites/${sites[0]!.site}/examine`, {})).json());
  expect(servers.map(({ logins }) => logins!.map(({ good }) => good))).toEqual([[true], [undefined, undefined]]);
  lab.world.faults.length = 0;
});

test('capacity: each store with its samples, and why nothing is foretold', async () => {
  const { sites } = await get('/capacity', capacityPage);
  expect(sites[0]!.stores.length).toBeGreaterThan(0);
  for (const store of sites[0]!.stores) {
    expect(store.samples.length).toBeGreaterThan(0);
    expect(store.because).toContain('7 are needed');
  }
});

test('the document has each route of the watch, and no reference that leads nowhere', async () => {
  const text = await (await app.request('/api/openapi.json')).text();
  const { paths, components } = JSON.parse(text) as Document;
  expect(Object.keys(paths).map((path) => path.replace('/api/v1', ''))).toEqual([
    '/overview',
    '/guests',
    '/guests/{site}/{vmid}',
    '/guests/{site}/{vmid}/backup',
    '/guests/{site}/{vmid}/verify',
    '/guests/{site}/{vmid}/protect',
    '/guests/bulk',
    '/alerts',
    '/alerts/answer',
    '/messages',
    '/audit',
    '/capacity',
    '/sites',
    '/sites/{site}/examine',
    '/terminal/status',
    '/terminal/alerts',
    '/terminal/capacity',
    '/terminal/history',
    '/events',
  ]);
  for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) expect(Object.keys(components.schemas)).toContain(name);
  for (const methods of Object.values(paths)) {
    for (const operation of Object.values(methods)) {
      expect(operation.summary).not.toBe('');
      expect(Object.keys(operation.responses)).toContain('default');
    }
  }
});
