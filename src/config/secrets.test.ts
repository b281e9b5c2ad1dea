import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SecretRef } from '#core/policy/policy.ts';
import { resolveSecret } from './secrets.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-secret-'));
  writeFileSync(join(folder, 'token'), 'from-file\n');
  writeFileSync(join(folder, 'empty'), '\n');
  writeFileSync(join(folder, 'lines'), 'hidden-a\nhidden-b\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

const env = { HOLDFAST_TOKEN: ' from-env ' };
const found = [
  { name: 'environment, without the blanks around it', ref: () => 'env:HOLDFAST_TOKEN', secret: 'from-env' },
  { name: 'file, without its last line feed', ref: () => `file:${folder}/token`, secret: 'from-file' },
  { name: 'first line of a command', ref: () => 'exec:printf "from-command\\nmore\\n"', secret: 'from-command' },
] as const;
for (const { name, ref, secret } of found) {
  test(`secret from: ${name}`, async () => {
    expect(await resolveSecret(ref() as SecretRef, 'sites.home.pve.token', env)).toEqual({ secret });
  });
}

const missing = [
  { name: 'variable that is not set', ref: () => 'env:HOLDFAST_OTHER', says: 'is not set' },
  { name: 'file that is absent', ref: () => `file:${folder}/absent`, says: 'does not exist' },
  { name: 'file that is empty', ref: () => `file:${folder}/empty`, says: 'is empty' },
  { name: 'file with several lines', ref: () => `file:${folder}/lines`, says: 'has more than one line' },
  { name: 'command that fails', ref: () => 'exec:echo hidden-c; exit 3', says: 'ended with 3' },
] as const;
for (const { name, ref, says } of missing) {
  test(`no secret from: ${name}`, async () => {
    const result = await resolveSecret(ref() as SecretRef, 'sites.home.pve.token', env);
    if (!('finding' in result)) throw new Error('a secret was found');
    expect(result.finding.problem).toContain(says);
    expect(result.finding.problem).not.toContain('hidden-a');
    expect(result.finding.problem).not.toMatch(/hidden-c(?!; exit)/);
  });
}
