import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startHomelab, type Homelab } from './site.ts';
import { findTools, type Ran } from './tools.ts';

const SLOW = 180_000;
const lastOf = ({ text }: Ran): string => text.slice(-1500);
const TOOLS = findTools();

describe.skipIf(TOOLS.length === 0).each(TOOLS)('the homelab by $name, against a lab over HTTPS', (tool) => {
  let home: Homelab;
  beforeAll(async () => {
    home = await startHomelab(tool);
    const done = await home.tofu('init');
    if (done.code !== 0) throw new Error(done.text);
  }, SLOW);
  afterAll(() => home.close());

  test('the tiers come from the policy, and a check sees when they no longer do', async () => {
    const file = `${home.code}/holdfast.auto.tfvars.json`;
    expect(await home.holdfast('tofu', 'vars', '--out', file)).toMatchObject({ code: 0, err: `Wrote 4 tiers of site home to ${file}.\n` });
    expect(await home.holdfast('tofu', 'vars', '--check', file)).toMatchObject({ code: 0, out: '', err: '' });
  });

  test(
    'apply makes the estate, and a second plan is empty',
    async () => {
      expect(lastOf(await home.tofu('apply', '-auto-approve'))).toContain('Apply complete! Resources: 29 added, 0 changed, 0 destroyed.');
      const again = await home.tofu('plan', '-detailed-exitcode');
      expect([lastOf(again), again.code]).toEqual([expect.stringContaining('No changes.'), 0]);
      const { guests, pools } = home.lab.world.pve['pve']!;
      expect(Object.values(guests).map(({ vmid, config, runningSince }) => `${vmid} ${config['name']} ${config['tags']} ${runningSince === undefined ? 'off' : 'on'}`)).toEqual([
        '101 postgres database;production;tier-1 on',
        '102 pbs backup;infrastructure;tier-1 on',
        '103 ollama ai;tier-4 on',
        '104 sandbox dev;tier-3 on',
        '1001 postgres-data data-vm;tier-1 off',
        '1002 pbs-data data-vm;tier-1 off',
        '1003 ollama-data data-vm;tier-4 off',
        '1004 sandbox-data data-vm;tier-3 off',
      ]); // prettier-ignore
      expect(Object.entries(pools).map(([id, { vmids }]) => `${id}: ${vmids.toSorted((a, b) => a - b).join(' ')}`).sort()).toEqual([
        'tier-1: 101 102',
        'tier-2: ',
        'tier-3: 104',
        'tier-4: 103',
      ]); // prettier-ignore
    },
    SLOW,
  );

  test(
    'a data VM cannot be destroyed',
    async () => {
      const destroyed = await home.tofu('destroy', '-auto-approve', '-target=module.postgres_data');
      expect(destroyed.code).toBe(1);
      expect(lastOf(destroyed)).toMatch(/prevent_destroy/);
      expect(home.lab.world.pve['pve']!.guests[1001]).toBeDefined();
    },
    SLOW,
  );

  test('the logins of Holdfast are an output', async () => {
    const tokens = JSON.parse((await home.tofu('output', '-json', 'holdfast_tokens')).out) as { audit: string; apply: string };
    expect(tokens).toMatchObject({
      audit: expect.stringMatching(/^holdfast@pve!audit=/),
      apply: expect.stringMatching(/^holdfast@pve!apply=/),
    });
    Object.assign(process.env, { HOLDFAST_PVE_TOKEN: tokens.audit, HOLDFAST_PVE_APPLY_TOKEN: tokens.apply });
  });

  test('holdfast finds every place made, makes the jobs, and each guest is kept', async () => {
    const planned = await home.holdfast('plan', '--check');
    expect(planned.out).not.toContain('HF-PLACE-CODE');
    expect(planned.code).toBe(3);
    expect(await home.holdfast('apply', '--yes')).toMatchObject({ code: 0, err: expect.not.stringContaining('error') });
    const again = await home.holdfast('plan');
    expect(again.out).toContain('Everything is as the policy says.');
    home.lab.advance(100 * 86_400);
    const status = await home.holdfast('status', '--json');
    expect(status.out).not.toContain('HF-TWO-RULES');
    const { guests } = JSON.parse(status.out) as {
      guests: readonly { id: string; tier: number | null; posture: string; findings: readonly string[] }[];
    };
    expect(guests.find(({ id }) => id === 'vm/102')?.findings).toEqual(['HF-ONE-GROUND', 'HF-PBS-INSIDE']);
    expect(guests.map(({ id, tier, posture }) => `${id} ${tier} ${posture}`)).toEqual([
      'vm/101 1 protected',
      'vm/102 1 attention', // a PBS that keeps itself: HF-PBS-INSIDE
      'vm/104 3 protected',
      'vm/103 4 protected',
      'vm/1001 null exempt',
      'vm/1002 null exempt',
      'vm/1003 null exempt',
      'vm/1004 null exempt',
    ]);
  });

  test(
    'a plan that destroys a guest is held back while its points are promised',
    async () => {
      const main = join(home.code, 'backup.tf');
      const code = await readFile(main, 'utf8');
      await writeFile(main, code.replaceAll(/module "sandbox(?:_data)?" \{\n[\s\S]*?\n\}\n/g, ''));
      expect((await home.tofu('plan', '-out=tofu.plan')).code).toBe(0);
      const plan = join(home.code, 'plan.json');
      await writeFile(plan, (await home.tofu('show', '-json', 'tofu.plan')).out);
      await writeFile(main, code);
      const held = await home.holdfast('tofu', 'check', plan);
      expect(held.out.match(/^error .*/gm)).toEqual([
        expect.stringContaining('HF-TOFU-DELETES at home: vm/1004 sandbox-data'),
        expect.stringContaining('HF-TOFU-DELETES at home: vm/104 sandbox'),
      ]);
      expect(held.out).toContain('It is destroyed, and 3 points of it are promised, the last until 2027-');
      expect(held.code).toBe(4);
      expect((await home.holdfast('tofu', 'check', plan, '--allow', 'delete:vm-104', 'delete:vm-1004')).code).toBe(0);
    },
    SLOW,
  );

  test(
    'what somebody changes by hand is told with the code, and comes back with the next apply',
    async () => {
      const { pools } = home.lab.world.pve['pve']!;
      pools['tier-1']!.vmids = pools['tier-1']!.vmids.filter((vmid) => vmid !== 101);
      const planned = await home.holdfast('plan');
      expect(planned.out).toContain('HF-PLACE-CODE');
      expect(planned.out).toContain('resource "proxmox_pool_membership"');
      expect((await home.tofu('apply', '-auto-approve')).code).toBe(0);
      expect(pools['tier-1']!.vmids).toContain(101);
      expect((await home.holdfast('plan')).out).not.toContain('HF-PLACE-CODE');
    },
    SLOW,
  );
});
