import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startHomelab, type Homelab } from './site.ts';
import { findTools } from './tools.ts';

const SLOW = 180_000;
const TOOLS = findTools();

describe.skipIf(TOOLS.length === 0).each(TOOLS)('an encrypted tier by $name', (tool) => {
  let home: Homelab;
  beforeAll(async () => {
    home = await startHomelab(tool);
    const policy = await readFile(home.policy, 'utf8');
    await writeFile(home.policy, policy.replace(/^ +name: Critical production\n/m, '$&    encryption: true\n'));
    await home.holdfast('tofu', 'vars', '--out', join(home.code, 'holdfast.auto.tfvars.json'));
    await home.tofu('init');
    const applied = await home.tofu('apply', '-auto-approve');
    if (applied.code !== 0) throw new Error(applied.text.slice(-2000));
  }, SLOW);
  afterAll(() => home.close());

  test('its key can be saved after the first apply, and a second plan is empty', async () => {
    const keys = JSON.parse((await home.tofu('output', '-json', 'encryption_keys')).out) as Record<string, string>;
    expect(Object.keys(keys)).toEqual(['1']);
    expect(JSON.parse(keys['1']!)).toMatchObject({ kdf: null, data: expect.any(String) });
    expect((await home.tofu('plan', '-detailed-exitcode')).code).toBe(0);
  });

  test(
    'a change that makes the provider forget the key is held back',
    async () => {
      const variables = join(home.code, 'holdfast.auto.tfvars.json');
      await writeFile(
        variables,
        (await readFile(variables, 'utf8')).replaceAll(/"fingerprint": "(.*)"/g, (line) => line.toLowerCase()),
      );
      await home.tofu('plan', '-out=tofu.plan');
      const plan = join(home.code, 'plan.json');
      await writeFile(plan, (await home.tofu('show', '-json', 'tofu.plan')).out);
      const held = await home.holdfast('tofu', 'check', plan, '--offline');
      expect(held.out).toContain('error HF-TOFU-KEY at home: storage pbs-tier-1');
      expect(held.code).toBe(4);
      expect((await home.holdfast('tofu', 'check', plan, '--offline', '--allow', 'key:pbs-tier-1')).code).toBe(0);
      await home.tofu('apply', 'tofu.plan');
      await home.tofu('apply', '-auto-approve');
      expect((await home.tofu('output', '-json', 'encryption_keys')).out).not.toContain('kdf');
    },
    SLOW,
  );
});
