import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startLab, type Lab } from '#lab/lab.ts';
import { makePve, addGuest } from '#lab/pve/make.ts';
import { addDatastore, addNamespace, makePbs } from '#lab/pbs/state.ts';
import { pbsAccess, pveAccess, TOKENS } from '#lab/scenarios/access.ts';
import { emptyWorld } from '#lab/world.ts';
import { ProxmoxError } from '#core/world/proxmox-error.ts';
import type { Step } from '#core/plan/plan.ts';
import type { ObjectKind, Settings } from '#core/desired/desired.ts';
import type { Proxmox } from '#app/ports.ts';
import { connectSite } from './site.ts';

const NOW = Date.UTC(2026, 10, 25) / 1000;
let lab: Lab;
let proxmox: Proxmox;
let writes: string[] = [];
/** Everything that is told of calls, from which a log is written. */
let told = '';

beforeEach(async () => {
  const world = emptyWorld(NOW);
  world.pve['pve'] = makePve({ now: NOW, access: pveAccess(), node: 'pve1' });
  addGuest(world.pve['pve'], NOW, { vmid: 101, name: 'postgres', disks: { scsi0: 'local-zfs:vm-101-disk-0,size=1G' } });
  world.pbs['pbs'] = makePbs({ now: NOW, access: pbsAccess('main', 'home') });
  addNamespace(addDatastore(world.pbs['pbs'], 'main'), 'home');
  lab = await startLab({ scenario: world });
  [writes, told] = [[], ''];
  proxmox = connectSite(
    {
      name: 'home',
      timeZone: 'Europe/Vienna',
      places: 'holdfast',
      pve: { urls: [lab.pve.url], fingerprint: lab.pve.fingerprint, token: 'env:AUDIT', applyToken: 'env:PVE' },
      pbs: [
        {
          name: 'pbs',
          urls: [lab.pbs.url],
          fingerprint: lab.pbs.fingerprint,
          token: 'env:AUDIT',
          applyToken: 'env:PBS',
          datastore: 'main',
          namespace: 'home',
        },
      ],
    },
    {
      now: () => NOW,
      readSecret: async (ref) => {
        if (ref === 'env:AUDIT') throw new Error('writing must not read the login that watches');
        return {
          secret:
            ref === 'env:PVE'
              ? lab.pve.tokens[TOKENS.pveApply]!
              : ref === 'env:PBS'
                ? lab.pbs.tokens[TOKENS.pbsApply]!
                : lab.pbs.tokens[TOKENS.backup]!,
        };
      },
      http: {
        limits: { retries: 0 },
        onCall: (call) => {
          const { method, path, status } = call;
          told += JSON.stringify(call);
          if (method !== 'GET') writes.push(`${method} ${path} ${status}`);
        },
      },
    },
  );
});
afterEach(async () => {
  await proxmox.close();
  await lab.close();
});

function step(action: Step['action'], kind: ObjectKind, id: string, settings: Settings = {}, more: Partial<Step> = {}): Step {
  const server = ['pool', 'pool-member', 'storage', 'backup-job'].includes(kind) ? 'pve' : 'pbs';
  return { action, kind, site: 'home', server, id, settings, clear: [], because: '', means: [], ...more };
}

async function kindOf(work: Promise<void>): Promise<string> {
  return work.then(
    () => 'done',
    (error: unknown) => {
      if (!(error instanceof ProxmoxError)) throw error;
      return error.kind;
    },
  );
}

async function makeStorage(more: Settings = {}): Promise<Step> {
  await proxmox.carryOut(step('create', 'namespace', 'main:home/tier-1'));
  return step('create', 'storage', 'pbs-tier-1', {
    type: 'pbs',
    content: ['backup'],
    server: '127.0.0.1',
    port: Number(new URL(lab.pbs.url).port),
    datastore: 'main',
    namespace: 'home/tier-1',
    fingerprint: lab.pbs.fingerprint,
    'prune-backups': 'keep-all=1',
    password: 'env:BACKUP',
    ...more,
  });
}

const POOL = step('create', 'pool', 'tier-1', { comment: '[holdfast] tier 1' });
const PRUNE = step('create', 'prune-job', 'hf-tier-1', {
  store: 'main',
  ns: 'home',
  'max-depth': 0,
  schedule: '04:00',
  'keep-daily': 31,
  comment: '[holdfast] tier 1',
});

/** Everything that Holdfast makes, in the order in which it can be made. */
async function everything(): Promise<Step[]> {
  return [
    POOL,
    step('create', 'namespace', 'main:home/tier-1'),
    await makeStorage(),
    step('create', 'backup-job', 'hf-tier-1', {
      pool: 'tier-1',
      storage: 'pbs-tier-1',
      schedule: '02:00',
      mode: 'snapshot',
      enabled: true,
      'repeat-missed': true,
      comment: '[holdfast] tier 1',
    }),
    step('create', 'pool-member', 'tier-1/101'),
    step('create', 'verify-job', 'hf-tier-1', {
      store: 'main',
      ns: 'home',
      'max-depth': 0,
      schedule: '06:00',
      'ignore-verified': true,
      'outdated-after': 30,
      comment: 'x',
    }),
    PRUNE,
    step('change', 'datastore', 'main', { 'gc-schedule': 'daily', 'verify-new': true }, { before: { 'verify-new': false } }),
    step('create', 'sync-job', 'hf-tier-1', {
      store: 'main',
      ns: 'home/tier-1',
      remote: 'vault',
      'remote-store': 'main',
      schedule: '08:00',
      'remove-vanished': false,
      'sync-direction': 'pull',
    }),
  ];
}

describe('carryOut', () => {
  test('each step a second time changes nothing and succeeds', async () => {
    lab.world.pbs['pbs']!.remotes['vault'] = { name: 'vault', host: '192.0.2.1', 'auth-id': 'sync@pbs' };
    for (const one of await everything()) {
      await proxmox.carryOut(one);
      const after = JSON.stringify([lab.world.pve, lab.world.pbs]);
      await proxmox.carryOut(one);
      expect(JSON.stringify([lab.world.pve, lab.world.pbs])).toBe(after);
    }
  });

  test('each removal a second time succeeds', async () => {
    await proxmox.carryOut(POOL);
    await proxmox.carryOut(PRUNE);
    await proxmox.carryOut(step('create', 'pool-member', 'tier-1/101'));
    for (const one of [
      step('remove', 'pool-member', 'tier-1/101'),
      step('remove', 'pool', 'tier-1'),
      step('remove', 'prune-job', 'hf-tier-1'),
      step('remove', 'backup-job', 'hf-gone'),
      step('remove', 'storage', 'pbs-gone'),
    ]) {
      expect([await kindOf(proxmox.carryOut(one)), await kindOf(proxmox.carryOut(one))]).toEqual(['done', 'done']);
    }
    expect([lab.world.pve['pve']!.pools['tier-1'], lab.world.pbs['pbs']!.jobs.prune]).toEqual([undefined, {}]);
  });

  test('an object of that name that somebody else made is a conflict and stays as it is', async () => {
    await proxmox.carryOut(PRUNE);
    expect(await kindOf(proxmox.carryOut({ ...PRUNE, settings: { ...PRUNE.settings, 'keep-daily': 7 } }))).toBe('conflict');
    expect(lab.world.pbs['pbs']!.jobs.prune['hf-tier-1']).toMatchObject({ 'keep-daily': 31 });
  });

  test('a change of what somebody changed meanwhile is a conflict; of what is there already it is done', async () => {
    await proxmox.carryOut(PRUNE);
    const change = step('change', 'prune-job', 'hf-tier-1', { 'keep-daily': 40 }, { before: { 'keep-daily': 31 } });
    lab.world.pbs['pbs']!.jobs.prune['hf-tier-1']!['keep-daily'] = 35;
    expect(await kindOf(proxmox.carryOut(change))).toBe('conflict');
    lab.world.pbs['pbs']!.jobs.prune['hf-tier-1']!['keep-daily'] = 31;
    expect([await kindOf(proxmox.carryOut(change)), await kindOf(proxmox.carryOut(change))]).toEqual(['done', 'done']);
    expect(lab.world.pbs['pbs']!.jobs.prune['hf-tier-1']).toMatchObject({ 'keep-daily': 40 });
  });

  test('clears options, several at once', async () => {
    await proxmox.carryOut(PRUNE);
    await proxmox.carryOut(step('change', 'prune-job', 'hf-tier-1', { 'keep-weekly': 5 }, { clear: ['keep-daily', 'comment'] }));
    const { schedule, ...job } = lab.world.pbs['pbs']!.jobs.prune['hf-tier-1']!;
    expect([schedule, job['keep-daily'], job['comment'], job['keep-weekly']]).toEqual(['04:00', undefined, undefined, 5]);
  });

  test('a guest leaves another pool only where the step says so', async () => {
    lab.world.pve['pve']!.pools['prod'] = { vmids: [101], storages: [] };
    await proxmox.carryOut(POOL);
    expect(await kindOf(proxmox.carryOut(step('create', 'pool-member', 'tier-1/101')))).toBe('conflict');
    expect(await kindOf(proxmox.carryOut(step('create', 'pool-member', 'tier-1/101', { 'allow-move': true })))).toBe('done');
    expect(lab.world.pve['pve']?.pools['prod']?.vmids).toEqual([]);
  });

  test('a storage gets the login the policy names for it, and an encryption key is made once', async () => {
    const storage = await makeStorage({ 'encryption-key': 'autogen' });
    await proxmox.carryOut(storage);
    const made = lab.world.pve['pve']!.storages['pbs-tier-1']!.config;
    expect(made['username']).toBe(TOKENS.backup);
    const key = JSON.stringify(made['encryption-key']);
    expect(key).toBeDefined();
    await proxmox.carryOut(step('change', 'storage', 'pbs-tier-1', { 'encryption-key': 'autogen', 'prune-backups': 'keep-last=3' }));
    const after = lab.world.pve['pve']!.storages['pbs-tier-1']!.config;
    expect([JSON.stringify(after['encryption-key']), after['prune-backups']]).toEqual([key, 'keep-last=3']);
  });

  test('the secret key that PVE answers with goes no further: neither into a result nor into a log', async () => {
    expect(await proxmox.carryOut(await makeStorage({ 'encryption-key': 'autogen' }))).toBeUndefined();
    expect(writes).toContain('POST /storage 200');
    expect(told).not.toMatch(/encryption|kdf|"data"/);
  });

  test('a missing right is named', async () => {
    lab.world.pve['pve']!.access.acl = [];
    const error: unknown = await proxmox.carryOut(POOL).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ kind: 'forbidden', privilege: 'Pool.Allocate', path: '/pool/tier-1' });
  });

  test('a namespace with groups is not removed', async () => {
    await proxmox.carryOut(step('create', 'namespace', 'main:home/a/b'));
    expect(Object.keys(lab.world.pbs['pbs']!.datastores['main']!.namespaces)).toContain('home/a/b');
    const { namespaces } = lab.world.pbs['pbs']!.datastores['main']!;
    namespaces['home/a/b']!.groups['vm/101'] = {
      type: 'vm',
      id: '101',
      owner: TOKENS.backup,
      snapshots: [{ time: NOW - 60, state: 'finished', files: [], protected: false, newBytes: 0 }],
    };
    await kindOf(proxmox.carryOut(step('remove', 'namespace', 'main:home/a/b')));
    expect(Object.keys(namespaces['home/a/b']!.groups)).toEqual(['vm/101']);
  });

  test('a lost answer is told as such, and the next try finds it done', async () => {
    lab.world.faults.push({ server: 'pbs', call: 'POST /config/prune', times: 1, kind: 'lost-answer' });
    expect([await kindOf(proxmox.carryOut(PRUNE)), await kindOf(proxmox.carryOut(PRUNE))]).toEqual(['unreachable', 'done']);
    expect(writes.filter((write) => write.startsWith('POST /config/prune'))).toHaveLength(1);
  });
});
