import { expect, test } from 'vitest';
import { actDone, bulkDone, guestPage, guestsPage } from '#server/api/schema/guests.ts';
import { auditPage } from '#server/api/schema/watch.ts';
import { grantedOnPve } from '#test/grants.ts';
import { startApi } from './rig.ts';

/** One guest by the API, and what a person may do with it. */

const api = await startApi('messy-homelab');
const { time, get, ask, post, live, lab, secrets, write, text, daemon } = api;
await time.pass(120);
const { items } = await get('/guests?limit=1000', guestsPage);
const site = 'homelab';
const called = (name: string) => items.find((guest) => guest.name === name)!.vmid;

test('every guest has a page, which says why it stands as it does', async () => {
  for (const { vmid, because } of items) {
    const page = await get(`/guests/${site}/${vmid}`, guestPage);
    expect(page.guest.because).toBe(because);
    expect(page.evidence.map(({ source }) => source)).toEqual(['PVE', 'PBS', 'ledger']);
    expect(page.exposure.every(({ seconds }) => seconds >= 0)).toBe(true);
    expect(page.acts.map(({ act }) => act)).toEqual(['back-up-now', 'verify', 'protect']);
  }
});

test('a guest whose points lack a disk: the page says which, and that its points do not count', async () => {
  const page = await get(`/guests/${site}/${called('half-saved')}`, guestPage);
  expect(page.guest.posture).toBe('broken');
  expect(page.points.at(-1)!.counts).toEqual({ usable: false, because: 'it lacks scsi1' });
  expect(page.disks.find(({ key }) => key === 'scsi1')).toMatchObject({ keepsState: true, backedUp: false, inNewest: false });
  expect(page.findings.map(({ code }) => code)).toContain('HF-DISK-LEFT-OUT');
});

test('no guest is known by another name: 404, and nothing is said of others', async () => {
  for (const path of ['/guests/homelab/99999', '/guests/elsewhere/101', '/guests/homelab/0', '/guests/homelab/x'])
    expect([400, 404]).toContain((await ask(path)).status);
});

test('without a login for it nothing is backed up, and the answer says how to give one', async () => {
  const refused = await post(`/guests/${site}/${called('half-saved')}/backup`, {});
  expect([refused.status, await refused.text()]).toEqual([409, expect.stringContaining('holdfast grants --for retry --site homelab')]);
  expect((await post(`/guests/${site}/${called('half-saved')}/backup`, {}, 'viewer')).status).toBe(403);
  expect((await get('/audit', auditPage)).total).toBe(0);
});

test('with one, a guest that lacks a point is backed up, who asked is written down, and a look follows', async () => {
  const [home] = live.policy().sites;
  secrets['RETRY'] = grantedOnPve(lab, 'retry', live.policy(), home!);
  write(
    text.replace(/(pve:\n(\s+)urls?:)/, 'pve:\n$2retryToken: "env:RETRY"\n$2urls:').replace(/pve: \{ /, 'pve: { retryToken: "env:RETRY", '),
  );
  daemon.reload();
  await time.pass(150);
  expect(live.policy().sites[0]!.pve.retryToken).toBe('env:RETRY');
  const vmid = called('half-saved');
  const started = await post(`/guests/${site}/${vmid}/backup`, {});
  expect([started.status, actDone.parse(await started.json())]).toEqual([
    200,
    expect.objectContaining({ outcome: 'started', upid: expect.stringMatching(/^UPID:/) }),
  ]);
  expect((await get('/audit', auditPage)).items[0]).toMatchObject({
    by: 'the operator',
    act: 'back-up-now',
    on: expect.stringContaining(`/${vmid} half-saved`),
  });
});

test('a guest that has its point gets none beside the schedule: an older one would go too early', async () => {
  const { vmid } = items.find(({ posture, ladder }) => posture === 'protected' && ladder.backedUp.state === 'yes')!;
  const refused = await post(`/guests/${site}/${vmid}/backup`, {});
  expect([refused.status, await refused.text()]).toEqual([409, expect.stringContaining('extraRuns: 1')]);
});

test('many at once: each is answered by itself, and what is refused ends nothing', async () => {
  const guests = [...items.slice(0, 3).map(({ vmid }) => ({ site, vmid })), { site, vmid: 99999 }];
  const { results } = bulkDone.parse(await (await post('/guests/bulk', { act: 'back-up-now', guests })).json());
  expect(results.map(({ vmid }) => vmid)).toEqual(guests.map(({ vmid }) => vmid));
  expect(results.at(-1)).toMatchObject({ failed: true });
});

test('what could never be seen, jobs and points, is not told as none', { timeout: 120_000 }, async () => {
  const blind = await startApi('healthy-30');
  blind.lab.world.faults.push({ server: 'pve', call: '/cluster/backup', times: 1e9, kind: 'refused' });
  blind.lab.world.faults.push({ server: 'pbs', call: '/admin/datastore/', times: 1e9, kind: 'refused' });
  await blind.time.pass(120);
  const { items: seen } = await blind.get('/guests?tier=1', guestsPage);
  const page = await blind.get(`/guests/${seen[0]!.site}/${seen[0]!.vmid}`, guestPage);
  expect(page.source.unseen).toContainEqual(expect.stringMatching(/^PVE: backup jobs: /));
  expect(page.jobs).toBeUndefined();
  expect(page.guest.posture).toBe('unknown');
  expect(page.evidence[1]!.text).toMatch(/^Its points in main:\S+ on PBS pbs could not be judged: /);
});
