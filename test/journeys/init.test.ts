import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { plan } from '#app/plan.ts';
import { survey } from '#app/survey.ts';
import { proposedChoices, surveyPolicy } from '#app/survey-policy.ts';
import { surveyText } from '#cli/views/survey.ts';
import { makePaint } from '#cli/out.ts';
import { loadPolicy } from '#config/policy-source.ts';
import { makePolicy } from '#test/make.ts';
import { startJourney } from './site.ts';

const journey = await startJourney('adr-005');
const { world } = journey.lab;
world.pve['pve']!.jobs['nightly'] = {
  config: { enabled: 1, schedule: '21:00', mode: 'snapshot', storage: 'local-zfs', vmid: '101' },
  consideredAt: world.now,
};
world.pve['pve']!.jobs['asleep'] = {
  config: { enabled: 0, schedule: '21:00', mode: 'snapshot', storage: 'local-zfs', all: 1 },
  consideredAt: world.now,
};
const examiner = { examine: async () => [], showCertificate: async (url: string) => certificateOf(url) };
const ports = { ...journey.ports(makePolicy()), examiner };

function certificateOf(url: string) {
  const { fingerprint } = [journey.lab.pve, journey.lab.pbs].find((server) => new URL(server.url).origin === new URL(url).origin)!;
  return { fingerprint, subject: 'CN=pve', issuer: 'CN=pve', names: [], validFromAt: 0, validUntilAt: 0, doubt: 'self-signed' };
}

const found = await survey(ports, {
  site: 'home',
  pveUrl: journey.lab.pve.url,
  pveToken: 'env:HOLDFAST_PVE_TOKEN',
  pbsUrl: journey.lab.pbs.url,
});

test('init shows who is unprotected today: a disabled job is no cover', () => {
  expect(found.guests.map(({ name, jobs }) => [name, jobs]).slice(0, 2)).toEqual([
    ['postgres', ['nightly']],
    ['pbs', []],
  ]);
  expect(surveyText(found, proposedChoices(found), makePaint(false))).toContain(
    '7 of 8 guests are in no enabled backup job today: pbs, ollama, sandbox,',
  );
});

test('init proposes the seed’s tiers with reasons, and its policy is accepted and plans', async () => {
  const tiers = Object.fromEntries(found.guests.map(({ name, suggestion }) => [name, suggestion.tier]));
  expect(tiers).toMatchObject({ postgres: 1, pbs: 1, ollama: 4, sandbox: 3 });
  expect(found.guests.every(({ suggestion }) => suggestion.reasons.length > 0)).toBe(true);

  const folder = mkdtempSync(join(tmpdir(), 'holdfast-init-'));
  writeFileSync(join(folder, 'holdfast.yaml'), surveyPolicy(found, proposedChoices(found)));
  const { policy, findings } = loadPolicy('holdfast.yaml', folder, world.now);
  rmSync(folder, { recursive: true });
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  const planned = await plan(journey.ports(policy!));
  expect(planned.outcome === 'planned' && planned.drawn.plan.steps.filter(({ kind }) => kind === 'pool-member').length).toBe(8);
});

test('a site without a PBS gets a policy that says so', () => {
  const { pbs: _, ...rest } = found;
  expect(surveyPolicy(rest, new Map())).toContain('PVE has no storage on a PBS: say where yours is');
});

test('names that would break the file do not', () => {
  const [first] = found.guests;
  const odd = { ...found, site: 'a: b', guests: [{ ...first!, name: 'x\n  evil: true' }] };
  const text = surveyPolicy(odd, new Map([[101, 1]]));
  expect(text).toContain('"a: b":');
  expect(text.split('\n').filter((line) => line.includes('evil'))).toEqual([expect.stringMatching(/^ {6}- 101 +# /)]);
});
