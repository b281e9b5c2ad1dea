import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { LAB_EPOCH } from '#lab/lab.ts';
import { loadPolicy } from '#config/policy-source.ts';
import { assignSite } from '#core/policy/assign-findings.ts';
import type { Finding } from '#core/finding.ts';
import { makeGuest } from './make.ts';

const EXAMPLE = readFileSync('tofu/examples/homelab/holdfast.yaml', 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'holdfast-two-rules-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What is wrong with a policy, and with the data VMs of the OpenTofu example under it. */
function judge(text: string): { readonly policy: readonly Finding[]; readonly guests: readonly Finding[] } {
  writeFileSync(join(folder, 'holdfast.yaml'), text);
  const { policy, findings } = loadPolicy('holdfast.yaml', folder, LAB_EPOCH);
  const dataVms = [
    makeGuest({ vmid: 1001, name: 'postgres-data', tags: ['data-vm', 'tier-1'] }),
    makeGuest({ vmid: 1003, name: 'ollama-data', tags: ['data-vm', 'tier-4'] }),
  ];
  return { policy: findings, guests: policy ? assignSite(policy, { site: policy.sites[0]!, now: LAB_EPOCH }, dataVms).findings : [] };
}

test('the data VMs of the example are left out on purpose: nothing is said of the tag of their tier', () => {
  expect(judge(EXAMPLE)).toEqual({ policy: [], guests: [] });
});

test.each([
  { name: 'with a reason of its own', edit: (text: string) => text },
  { name: 'with quotes in its reason', edit: (text: string) => text.replace("'backed up through", '\'"backed" up through') },
])('a line without backup that is as broad as the next, $name: what the fix says passes a check and settles it', ({ edit }) => {
  const broad = edit(EXAMPLE).replace("names: ['*-data'], tags", 'tags');
  const { guests } = judge(broad);
  expect(guests.map(({ severity, code }) => `${severity} ${code}`)).toEqual(['warning HF-TWO-RULES', 'warning HF-TWO-RULES']);
  const lines = guests.map(({ fix }) => `  ${fix.slice(fix.indexOf('- {'))}\n`);
  expect(judge(broad.replace('assign:\n', `assign:\n${lines.join('')}`))).toEqual({ policy: [], guests: [] });
});
