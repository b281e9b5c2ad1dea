import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { startLab } from '#lab/lab.ts';
import { SECRET_NAMES } from '#lab/scenarios/policy.ts';
import { noteVersion } from '#app/policy-versions.ts';
import type { ChangePage, PlanPage } from '#server/api/schema/changes.ts';
import type { PolicyPage } from '#server/api/schema/policy.ts';
import { ANNA, BEN, OLGA, VERA, makeChangesRig } from './changes-rig.ts';

/*
 * A change from the first key stroke to the servers: over the API, on files and a database of their own, with a lab behind it and the real
 * `holdfast apply` as the child. The process of this test stands for the daemon and has no login that can change anything.
 */

const lab = await startLab({ scenario: 'adr-005', clock: 'real', now: Math.floor(Date.now() / 1000) });
const folders: string[] = [];
afterAll(async () => {
  await lab.close();
  for (const folder of folders) rmSync(folder, { recursive: true });
});

let rig: Awaited<ReturnType<typeof makeChangesRig>>;
beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-changes-'));
  folders.push(folder);
  rig = await makeChangesRig(lab, folder);
});

const policyOf = async (): Promise<PolicyPage> => (await rig.ask<PolicyPage>(VERA, 'GET', '/policy')).body;
const asText = (page: PolicyPage, from: RegExp, to: string) => [{ path: page.files[0]!.path, text: page.files[0]!.text.replace(from, to) }];

/** Tier 1 of the scenario as a change of its RPO that no daily schedule keeps. */
const RPO = /(\b1:[^]*?rpo: ?)24h/;

test('edit → the proof fails → mended → proposed → approved by another → applied: written, read again, remembered', async () => {
  const page = await policyOf();
  expect(page).toMatchObject({ editable: true, checked: { understood: true, good: true } });
  expect(page.checked.tiers[0]).toMatchObject({ id: 1, timeZone: 'Europe/Vienna' });
  expect(page.checked.tiers[0]!.runs.length).toBeGreaterThan(390);
  expect(page.checked.tiers[0]!.keptOnWorstDay.length).toBeGreaterThan(25);

  const failing = await rig.ask<{ good: boolean; findings: { code: string; place?: { line: number } }[]; weakens: string[] }>(
    OLGA,
    'POST',
    '/policy/check',
    {
      files: asText(page, RPO, '$112h'),
    },
  );
  expect(failing.body.good).toBe(false);
  expect(failing.body.weakens).toEqual([expect.stringMatching(/^tier 1: its RPO is kept no more: data is .* old at/)]);
  expect(failing.body.findings.find(({ code }) => code === 'HF-RPO')?.place?.line).toBeGreaterThan(1);

  const files = asText(page, RPO, '$148h');
  const mended = await rig.ask<{ good: boolean; weakens: string[] }>(OLGA, 'POST', '/policy/check', { files });
  expect(mended.body).toMatchObject({ good: true, weakens: ['tier 1: RPO 1d to 2d'] });
  expect(readFileSync(rig.file, 'utf8')).toBe(page.files[0]!.text);

  const proposed = await rig.ask<ChangePage>(ANNA, 'POST', '/changes', {
    kind: 'policy',
    basedOn: page.version,
    files,
    summary: 'two days will do',
  });
  expect(proposed.status).toBe(201);
  expect(proposed.body).toMatchObject({
    id: 'c1',
    state: 'proposed',
    by: 'anna',
    weakens: ['tier 1: RPO 1d to 2d'],
    mayApprove: { possible: false },
  });
  expect(proposed.body.mayAt).toBeUndefined();
  expect(await rig.ask(ANNA, 'POST', '/changes/c1/approve', {})).toMatchObject({
    status: 403,
    body: { detail: expect.stringContaining('another approver') },
  });
  expect(await rig.ask(BEN, 'POST', '/changes/c1/apply')).toMatchObject({ status: 403, body: { detail: 'nobody has approved it yet' } });
  expect((await rig.ask<ChangePage>(BEN, 'POST', '/changes/c1/approve', { reason: 'agreed' })).body).toMatchObject({
    state: 'approved',
    mayApply: { possible: true },
  });
  const applied = await rig.ask<ChangePage>(ANNA, 'POST', '/changes/c1/apply');
  expect(applied).toMatchObject({ status: 202, body: { state: 'applied' } });
  expect(readFileSync(rig.file, 'utf8')).toBe(files[0]!.text);
  expect(rig.told.reloads).toBe(1);
  expect((await rig.ask(VERA, 'GET', '/policy/versions')).body).toMatchObject({
    total: 1,
    items: [{ number: 1, by: 'anna', summary: 'two days will do' }],
  });
  expect((await rig.ask(VERA, 'GET', '/policy/versions/1')).body).toMatchObject({ files });
  expect(await rig.audit()).toEqual([
    'anna propose change c1',
    'ben approve change c1',
    'anna apply change c1',
    'anna policy change c1',
    'anna applied change c1',
  ]);
  await noteVersion(rig.ports, await rig.policySource.load());
  expect((await rig.memory.policies.list()).length).toBe(1);
});

test('what is wrong, holds a secret, changes nothing or is not of the policy cannot be proposed', async () => {
  const page = await policyOf();
  const propose = (files: unknown, basedOn = page.version) =>
    rig.ask<{ detail: string; findings?: unknown[] }>(OLGA, 'POST', '/changes', { kind: 'policy', basedOn, files, summary: 'try' });
  const wrong = await propose(asText(page, RPO, '$1never'));
  expect(wrong).toMatchObject({
    status: 400,
    body: { detail: expect.stringContaining('the policy is wrong'), findings: [{ code: 'HF-VALUE' }] },
  });
  const secret = await propose(asText(page, /^/, '# 01234567-89ab-cdef-0123-456789abcdef\n'));
  expect(secret).toMatchObject({ status: 400, body: { detail: expect.stringContaining('a secret is written out') } });
  expect(await propose(page.files)).toMatchObject({ status: 400, body: { detail: 'nothing would change' } });
  expect(await propose([{ path: '/etc/passwd', text: '' }])).toMatchObject({ status: 400 });
  expect(await propose(asText(page, RPO, '$148h'), 'another')).toMatchObject({ status: 409 });
  expect(await rig.memory.changes.list()).toEqual([]);
});

test('one person alone waits to weaken; what weakens nothing she may approve at once', async () => {
  rig.house.now = { ...rig.house.now, accounts: rig.house.now.accounts.filter(({ name }) => name !== 'ben') };
  const page = await policyOf();
  const weaker = { kind: 'policy', basedOn: page.version, files: asText(page, RPO, '$148h'), summary: 'two days will do' };
  const proposed = (await rig.ask<ChangePage>(ANNA, 'POST', '/changes', weaker)).body;
  expect(proposed.mayAt).toBe(proposed.at + 1800);
  expect(proposed.mayApprove).toMatchObject({ possible: false, because: expect.stringContaining('waiting time') });
  expect(await rig.ask(ANNA, 'POST', '/changes/c1/approve', {})).toMatchObject({ status: 403 });
  rig.rigTime.aheadSeconds = 1800;
  expect(await rig.ask(ANNA, 'POST', '/changes/c1/approve', {})).toMatchObject({ status: 200, body: { state: 'approved' } });
  const harmlessChange = { ...weaker, files: asText(page, /$/, '# a remark\n'), summary: 'a remark' };
  expect(await rig.ask(ANNA, 'POST', '/changes', harmlessChange)).toMatchObject({
    status: 201,
    body: { weakens: [], mayApprove: { possible: true } },
  });
});

test('a change is stale when the files changed meanwhile: nothing is written over; the edit from outside is remembered', async () => {
  await noteVersion(rig.ports, await rig.policySource.load());
  const page = await policyOf();
  const files = asText(page, RPO, '$148h');
  await rig.ask(OLGA, 'POST', '/changes', { kind: 'policy', basedOn: page.version, files, summary: 'two days will do' });
  await rig.ask(ANNA, 'POST', '/changes/c1/approve', {});
  const byHand = `${page.files[0]!.text}# by hand\n`;
  writeFileSync(rig.file, byHand);
  expect((await rig.ask<ChangePage>(ANNA, 'POST', '/changes/c1/apply')).body).toMatchObject({
    state: 'stale',
    because: expect.stringContaining('propose it anew'),
  });
  expect(readFileSync(rig.file, 'utf8')).toBe(byHand);
  expect(rig.told.reloads).toBe(0);
  await noteVersion(rig.ports, await rig.policySource.load());
  await noteVersion(rig.ports, await rig.policySource.load());
  expect((await rig.memory.policies.list()).map(({ number, by, summary }) => [number, by, summary])).toEqual([
    [2, 'outside', 'changed outside the dashboard'],
    [1, 'outside', 'as it was found'],
  ]);
});

test('a viewer reads everything and may nothing; an operator asks and takes back, and approves nothing', async () => {
  const page = await policyOf();
  const body = { kind: 'policy', basedOn: page.version, files: asText(page, RPO, '$148h'), summary: 'two days will do' };
  for (const path of ['/changes', '/policy/check', '/changes/c1/approve', '/changes/c1/apply', '/changes/c1/reject'])
    expect((await rig.ask(VERA, 'POST', path, path === '/changes' ? body : {})).status, path).toBe(403);
  await rig.ask(OLGA, 'POST', '/changes', body);
  expect((await rig.ask<ChangePage>(VERA, 'GET', '/changes/c1')).body).toMatchObject({
    mayApprove: { possible: false },
    mayReject: { possible: false },
  });
  expect(await rig.ask(OLGA, 'POST', '/changes/c1/approve', {})).toMatchObject({ status: 403 });
  expect(await rig.ask(OLGA, 'POST', '/changes/c1/reject', { reason: 'a mistake' })).toMatchObject({
    status: 200,
    body: { state: 'rejected', because: 'a mistake' },
  });
  expect(await rig.ask(BEN, 'POST', '/changes/c1/approve', {})).toMatchObject({ status: 403, body: { detail: 'it was rejected' } });
  expect(await rig.ask(BEN, 'POST', '/changes/c9/approve', {})).toMatchObject({ status: 404 });
});

test(
  'the plan is carried out by a process of its own, step by step, while the daemon reads no login that could',
  { timeout: 180_000 },
  async () => {
    const { body: plan } = await rig.ask<PlanPage>(VERA, 'GET', '/plan');
    expect(plan).toMatchObject({ applicable: true });
    expect(plan.steps.length).toBeGreaterThan(10);
    const asked = { kind: 'plan', basedOn: plan.basedOn, allow: [], summary: '' };
    expect(await rig.ask(OLGA, 'POST', '/changes', { ...asked, allow: ['weaken:nothing'] })).toMatchObject({ status: 400 });
    expect(await rig.ask(OLGA, 'POST', '/changes', { ...asked, basedOn: 'another' })).toMatchObject({ status: 409 });
    const proposed = (await rig.ask<ChangePage>(ANNA, 'POST', '/changes', asked)).body;
    expect(proposed).toMatchObject({ kind: 'plan', weakens: [], summary: `carry out the ${plan.steps.length} steps of the plan` });
    await rig.ask(ANNA, 'POST', `/changes/${proposed.id}/approve`, {});
    const over = untilOver(proposed.id);
    const begun = (await rig.ask<ChangePage>(ANNA, 'POST', `/changes/${proposed.id}/apply`)).body;
    expect(begun.state).toBe('applying');
    expect(begun.progress.every(({ state }) => state === 'waiting')).toBe(true);
    const seen = await over;
    const last = seen.at(-1)!;
    expect(last).toMatchObject({ state: 'applied' });
    expect(last.progress.map(({ state }) => state)).toEqual(plan.steps.map(() => 'done'));
    expect(
      seen.some(({ progress }) => progress.some(({ state }) => state === 'done') && progress.some(({ state }) => state === 'waiting')),
    ).toBe(true);
    expect(lab.world.pve['pve']!.jobs['hf-tier-1']).toBeDefined();
    expect((await rig.ask<ChangePage>(ANNA, 'POST', '/changes', asked)).status).toBe(409);
  },
);

test(
  'a weakening step is done when its name was asked for and somebody else agreed; another waits, and is told',
  { timeout: 180_000 },
  async () => {
    const page = await policyOf();
    const lesser = page.files[0]!.text.replace('30d, schedule', '7d, schedule')
      .replace('last: 33', 'last: 9')
      .replace('12w', '4w')
      .replace('last: 14', 'last: 6');
    writeFileSync(rig.file, lesser);
    const { body: plan } = await rig.ask<PlanPage>(VERA, 'GET', '/plan');
    const names = plan.steps.flatMap(({ weakening }) => weakening ?? []);
    expect(names).toEqual(['weaken:hf-tier-1', 'weaken:hf-tier-2']);
    expect(plan.steps.find(({ weakening }) => weakening !== undefined)!.means.length).toBeGreaterThan(0);
    const asked = { kind: 'plan', basedOn: plan.basedOn, allow: ['weaken:hf-tier-1'], summary: 'tier 1 keeps a week' };
    const { body: proposed } = await rig.ask<ChangePage>(ANNA, 'POST', '/changes', asked);
    expect(proposed.weakens).toEqual([expect.stringMatching(/^change prune job hf-tier-1 on PBS pbs, site home: /)]);
    expect(await rig.ask(ANNA, 'POST', '/changes/c1/approve', {})).toMatchObject({ status: 403 });
    expect(await rig.ask(BEN, 'POST', '/changes/c1/approve', {})).toMatchObject({ status: 200 });
    const over = untilOver('c1');
    await rig.ask(BEN, 'POST', '/changes/c1/apply');
    const last = (await over).at(-1)!;
    expect(last).toMatchObject({ state: 'applied' });
    const told = last.progress.map(({ state, text }) => `${state}: ${text}`);
    expect(told).toContain('done: changing prune job hf-tier-1 on PBS pbs, site home');
    expect(told).toContain('held: changing prune job hf-tier-2 on PBS pbs, site home (it weakens protection: --allow weaken:hf-tier-2)');
    expect(lab.world.pbs['pbs']!.jobs.prune).toMatchObject({ 'hf-tier-1': { 'keep-last': 9 }, 'hf-tier-2': { 'keep-last': 14 } });
  },
);

test(
  'where the login that may change things is not to be had, nothing is done, and the page says what to type',
  { timeout: 180_000 },
  async () => {
    const page = await policyOf();
    writeFileSync(
      rig.file,
      page.files[0]!.text.replaceAll(SECRET_NAMES.pveApply, 'NOBODY_HAS_IT').replace(/(\b1:[^]*?retention: ?)\w+/, '$160d'),
    );
    const { body: plan } = await rig.ask<PlanPage>(VERA, 'GET', '/plan');
    expect(plan).toMatchObject({
      applicable: false,
      because: 'the login that may change PVE of site home is not to be had here (env:NOBODY_HAS_IT)',
    });
    await rig.ask(ANNA, 'POST', '/changes', { kind: 'plan', basedOn: plan.basedOn, allow: [], summary: '' });
    await rig.ask(ANNA, 'POST', '/changes/c1/approve', {});
    const over = untilOver('c1');
    await rig.ask(ANNA, 'POST', '/changes/c1/apply');
    const last = (await over).at(-1)!;
    expect(last.state).toBe('failed');
    expect(last.because).toContain('NOBODY_HAS_IT');
    expect(last.because).toContain(`Or in a shell that has the login:\n    holdfast apply ${join(rig.state, 'plans/c1.json')}`);
  },
);

/** The change at each news of it, until it is over. */
function untilOver(id: string): Promise<ChangePage[]> {
  const seen: ChangePage[] = [];
  return new Promise((resolve) => {
    const look = async (): Promise<void> => {
      const { body } = await rig.ask<ChangePage>(VERA, 'GET', `/changes/${id}`);
      seen.push(body);
      if (body.endedAt !== undefined) resolve(seen);
    };
    rig.told.listeners.push(() => void look());
  });
}
