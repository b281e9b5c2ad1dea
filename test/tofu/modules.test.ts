import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyOfTofu, findTools, runTool } from './tools.ts';

const MODULES = readdirSync('tofu/modules');
const SLOW = 120_000;
const TIER = { name: 'A', pool: 'a', pool_comment: '', storage_id: 's', server: 'p', datastore: 'd', namespace: 'n', schedule: '02:00' };
const DISK = { size_gib: 1, backup: false };
const CHOICES = 'Choose one of: 1 (Critical production), 2 (Standard application), 3 (Development and testing), 4 (Cache and temporary).';

/** What each module takes. */
const HOLDER = { name: 'x', vm_id: 1001, node_name: 'pve1', backup_tier: '1', disks: { data: { size_gib: 1 } } };
const RIGHT: Readonly<Record<string, object>> = {
  backup_tiers: { backup_tiers: { 1: TIER }, backup_token_id: 'pve@pbs!backup', backup_token_secret: 'x' },
  data_disk_vm: HOLDER,
  protected_vm: { ...HOLDER, disks: [{ size_gib: 1 }] },
  holdfast_tokens: {},
};

/** One value that is refused, and the words a person reads. A row for every validation there is. */
const REFUSALS: readonly Refusal[] = [
  { module: 'backup_tiers', wrong: { backup_tiers: {} }, says: 'backup_tiers is empty, so that no guest would be backed up.' },
  { module: 'backup_tiers', wrong: { backup_tiers: { 'tier-1': TIER } }, says: 'is the number of a tier (1, 2, 3 ...); these are none: tier-1.' },
  { module: 'backup_tiers', wrong: { backup_tiers: { 1: TIER, 2: TIER } }, says: 'Two tiers name one pool. A guest would have two promises' },
  { module: 'backup_tiers', wrong: { backup_tiers: { 1: TIER, 2: { ...TIER, pool: 'a/b' } } }, says: 'A tier\'s pool lies below another tier\'s pool.' },
  { module: 'backup_tiers', wrong: { backup_token_id: 'root@pam' }, says: 'is an API token of PBS, user@realm!name' },
  { module: 'data_disk_vm', wrong: { backup_tier: '5' }, says: `backup_tier "5" is no tier. ${CHOICES}` },
  { module: 'data_disk_vm', wrong: { name: 'my vm' }, says: 'name "my vm" is no host name: use letters, digits and dashes.' },
  { module: 'data_disk_vm', wrong: { vm_id: 99 }, says: 'vm_id is a whole number from 100 to 999999999' },
  { module: 'data_disk_vm', wrong: { tags: ['Tier-2'] }, says: 'tags must not name a tier: set backup_tier, and the tag follows.' },
  { module: 'data_disk_vm', wrong: { disks: {} }, says: 'disks holds 1 to 12 disks: a data VM without a disk holds nothing' },
  { module: 'data_disk_vm', wrong: { disks: { data: { size_gib: 0.5 } } }, says: 'Each size_gib of disks is a whole number of GiB, 1 or more.' },
  { module: 'data_disk_vm', wrong: { backed_up_through: 'both' }, says: '(this VM; valid only while the consumer is shut down), not "both".' },
  { module: 'protected_vm', wrong: { backup_tier: 'gold' }, says: `backup_tier "gold" is no tier. ${CHOICES}` },
  { module: 'protected_vm', wrong: { name: '-' }, says: 'name "-" is no host name' },
  { module: 'protected_vm', wrong: { vm_id: 100.5 }, says: 'vm_id is a whole number from 100 to 999999999' },
  { module: 'protected_vm', wrong: { tags: ['tier1'] }, says: 'tags must not name a tier' },
  { module: 'protected_vm', wrong: { disks: [] }, says: 'disks is empty: give the disk the VM starts from.' },
  { module: 'protected_vm', wrong: { disks: [DISK] }, says: 'PVE then makes backups without a disk in them, and each of them ends OK.' },
  { module: 'holdfast_tokens', wrong: { purposes: ['audit', 'root'] }, says: 'purposes are audit, apply, drill, move, retry and pressure; unknown here: root.' },
  { module: 'holdfast_tokens', wrong: { purposes: ['retry'] }, says: 'retry_storages and the purpose retry belong together' },
  { module: 'holdfast_tokens', wrong: { purposes: ['audit'], pressure_storages: ['pbs-tier-4'] }, says: 'pressure_storages and the purpose pressure belong together' },
]; // prettier-ignore

type Refusal = { readonly module: string; readonly wrong: Readonly<Record<string, unknown>>; readonly says: string };

/** The rows of a module for as few plans as may be, for each plan starts the provider: none gives one value twice. */
function plansOf(module: string): readonly (readonly Refusal[])[] {
  const plans: Refusal[][] = [];
  for (const row of REFUSALS.filter((one) => one.module === module)) {
    const free = plans.find((rows) => rows.every(({ wrong }) => Object.keys(row.wrong).every((key) => !(key in wrong))));
    if (free) free.push(row);
    else plans.push([row]);
  }
  return plans;
}

test('every validation of every module has a refusal here', () => {
  const counted = MODULES.map((name) => [name, REFUSALS.filter(({ module }) => module === name).length]);
  const there = MODULES.map((name) => [name, readFileSync(`tofu/modules/${name}/variables.tf`, 'utf8').split(' validation {').length - 1]);
  expect(counted).toEqual(there);
});

test('what is generated below tofu/ is up to date', () => {
  const done = spawnSync(process.execPath, ['scripts/tofu-docs.mjs', '--check'], { encoding: 'utf8' });
  expect([done.stderr, done.status]).toEqual(['', 0]);
});

const TOOLS = findTools();
describe.skipIf(TOOLS.length === 0).each(TOOLS)('$name with the real provider', (tool) => {
  let copy: Awaited<ReturnType<typeof copyOfTofu>>;
  beforeAll(async () => {
    copy = await copyOfTofu();
    for (const name of [...MODULES.map((one) => `modules/${one}`), 'examples/homelab/proxmox']) {
      const done = await runTool(tool, ['init', '-no-color'], { cwd: join(copy.folder, name) });
      if (done.code !== 0) throw new Error(`${tool.name} init in ${name}: ${done.text}`);
    }
  }, SLOW);
  afterAll(() => copy.remove());

  test('fmt finds nothing to change', async () => {
    expect(await runTool(tool, ['fmt', '-check', '-recursive'], { cwd: copy.folder })).toMatchObject({ code: 0, text: '' });
  });

  test.each([...MODULES.map((name) => `modules/${name}`), 'examples/homelab/proxmox'])(
    'validate %s',
    async (name) => {
      expect(await runTool(tool, ['validate', '-no-color'], { cwd: join(copy.folder, name) })).toMatchObject({
        code: 0,
        text: 'Success! The configuration is valid. ',
      });
    },
    SLOW,
  );

  test.each(MODULES)(
    'the tests of module %s',
    async (name) => {
      const done = await runTool(tool, ['test', '-no-color'], { cwd: join(copy.folder, 'modules', name) });
      expect(done.text).toMatch(/Success! [1-9]\d* passed, 0 failed\./);
      expect(done.code).toBe(0);
    },
    SLOW,
  );

  test(
    'every refusal in its words',
    async () => {
      const heard: string[] = [];
      for (const module of MODULES)
        for (const rows of plansOf(module)) {
          const given = Object.assign({}, RIGHT[module], ...rows.map(({ wrong }) => wrong)) as Record<string, unknown>;
          const env = Object.fromEntries(
            Object.entries(given).map(([key, value]) => [`TF_VAR_${key}`, typeof value === 'string' ? value : JSON.stringify(value)]),
          );
          const done = await runTool(tool, ['plan', '-no-color', '-refresh=false', '-lock=false'], {
            cwd: join(copy.folder, 'modules', module),
            env: {
              ...env,
              PROXMOX_VE_ENDPOINT: 'https://127.0.0.1:9',
              PROXMOX_VE_API_TOKEN: 'a@pve!b=00000000-0000-0000-0000-000000000000',
            },
          });
          const refused = done.code === 1 && done.text.split('Invalid value for variable').length - 1 >= rows.length;
          for (const { says } of rows) if (!refused || !done.text.includes(says)) heard.push(`${module} should say "${says}", said: ${done.text}`); // prettier-ignore
        }
      expect(heard).toEqual([]);
    },
    SLOW,
  );
});
