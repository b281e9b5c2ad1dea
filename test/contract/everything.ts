import { expect } from 'vitest';
import { startLab, type Lab } from '#lab/lab.ts';
import type { PbsState } from '#lab/pbs/state.ts';
import type { PointName, Proxmox } from '#app/ports.ts';
import type { Actual, PbsActual } from '#core/world/actual.ts';
import { connectSite } from '#proxmox/site.ts';
import { makeSite } from '#test/make.ts';
import { worldOf } from '#test/worlds.ts';
import { ask } from '../replay/ask.ts';
import { writeSteps } from './writes.ts';

/** Calls of the lab that neither a recording nor our client makes. */
const REST: readonly (readonly ['pve' | 'pbs', string, string, Readonly<Record<string, string>>?])[] = [
  ['pve', 'GET', '/cluster/nextid'],
  ['pve', 'GET', '/nodes/pve1/disks/zfs'],
  ['pve', 'POST', '/pools', { poolid: 'gone' }],
  ['pve', 'DELETE', '/pools', { poolid: 'gone' }],
  ['pve', 'GET', '/nodes/pve1/storage/zfs-longhorn/content/zfs-longhorn%3Avm-1001-disk-0'],
  ['pve', 'POST', '/access/users', { userid: 'gone@pve', comment: 'x', email: '', enable: '1', expire: '0' }],
  ['pve', 'GET', '/access/users', { full: '1' }],
  ['pve', 'GET', '/access/users/gone@pve'],
  ['pve', 'PUT', '/access/users/gone@pve', { comment: '' }],
  ['pve', 'POST', '/access/users/gone@pve/token/one', { privsep: '1', comment: 'x', expire: '0' }],
  ['pve', 'GET', '/access/users/gone@pve/token'],
  ['pve', 'GET', '/access/users/gone@pve/token/one'],
  ['pve', 'PUT', '/access/users/gone@pve/token/one', { privsep: '0', delete: 'comment' }],
  ['pve', 'POST', '/access/roles', { roleid: 'Gone', privs: 'VM.Audit' }],
  ['pve', 'GET', '/access/roles'],
  ['pve', 'GET', '/access/roles/Gone'],
  ['pve', 'PUT', '/access/roles/Gone', { privs: 'VM.Audit,Sys.Audit' }],
  ['pve', 'PUT', '/access/acl', { path: '/', roles: 'Gone', users: 'gone@pve', tokens: 'gone@pve!one' }],
  ['pve', 'GET', '/access/acl'],
  ['pve', 'PUT', '/access/acl', { path: '/', roles: 'Gone', users: 'gone@pve', delete: '1' }],
  ['pve', 'DELETE', '/access/roles/Gone'],
  ['pve', 'DELETE', '/access/users/gone@pve/token/one'],
  ['pve', 'DELETE', '/access/users/gone@pve'],
  [
    'pve',
    'POST',
    '/nodes/pve1/qemu',
    { vmid: '900', name: 'gone', memory: '512', scsi0: 'local-zfs:4', net0: 'model=virtio,bridge=vmbr0' },
  ],
  ['pbs', 'GET', '/access/acl'],
  ['pbs', 'GET', '/access/roles'],
  ['pbs', 'GET', '/access/users', { include_tokens: '1' }],
  ['pbs', 'POST', '/access/users', { userid: 'gone@pbs' }],
  ['pbs', 'POST', '/access/users/gone@pbs/token/one'],
  ['pbs', 'DELETE', '/access/users/gone@pbs/token/one'],
  ['pbs', 'DELETE', '/access/users/gone@pbs'],
  ['pbs', 'POST', '/config/datastore', { name: 'gone', path: '/mnt/gone' }],
  ['pbs', 'POST', '/config/verify', { id: 'gone', store: 'gone' }],
  ['pbs', 'GET', '/config/verify/gone'],
  ['pbs', 'PUT', '/config/verify/gone', { comment: 'x' }],
  ['pbs', 'DELETE', '/config/verify/gone'],
  ['pbs', 'POST', '/config/sync', { id: 'gone', store: 'gone', remote: 'gone', 'remote-store': 'main' }],
  ['pbs', 'GET', '/config/sync/gone'],
  ['pbs', 'DELETE', '/config/sync/gone'],
  ['pbs', 'POST', '/config/remote', { name: 'gone', host: '127.0.0.1', 'auth-id': 'root@pam!lab', password: 'x' }],
  ['pbs', 'GET', '/config/remote/gone'],
  ['pbs', 'PUT', '/config/remote/gone', { comment: 'x' }],
  ['pbs', 'DELETE', '/config/remote/gone'],
  ['pbs', 'POST', '/config/traffic-control', { name: 'gone', network: '10.0.0.0/8' }],
  ['pbs', 'GET', '/config/traffic-control'],
  ['pbs', 'GET', '/config/traffic-control/gone'],
  ['pbs', 'PUT', '/config/traffic-control/gone', { 'rate-in': '10MiB' }],
  ['pbs', 'DELETE', '/config/traffic-control/gone'],
  ['pbs', 'DELETE', '/config/datastore/gone'],
  [
    'pbs',
    'DELETE',
    '/nodes/localhost/tasks/UPID%3Apbs1%3A00000BE1%3A0001E8B1%3A00009999%3A6B042CC0%3Aprunejob%3Amain%3Aroot%40pam%21lab%3A',
  ],
];

export async function askTheRest(): Promise<void> {
  const lab = await startLab({ scenario: 'adr-005' });
  for (const [product, method, path, params = {}] of REST) {
    const server = product === 'pve' ? lab.pve : lab.pbs;
    const authorization = `${product === 'pve' ? 'PVE' : 'PBS'}APIToken=${server.tokens['root@pam!lab']}`;
    const reply = await ask({ url: server.url, method, path, pairs: Object.entries(params), authorization });
    expect(`${method} ${path} ${reply.status} ${reply.status === 200 ? '' : reply.raw}`).toBe(`${method} ${path} 200 `);
  }
  await lab.close();
  await askForContainer();
}

async function askForContainer(): Promise<void> {
  const lab = await startLab({ scenario: worldOf('healthy-30') });
  const found = Object.values(lab.world.pve[Object.keys(lab.world.pve)[0] ?? '']?.guests ?? {}).find(({ kind }) => kind === 'lxc');
  const base = `/nodes/${found?.node}/lxc/${found?.vmid}`;
  const authorization = `PVEAPIToken=${lab.pve.tokens['root@pam!lab']}`;
  const state = await ask({ url: lab.pve.url, method: 'GET', path: `${base}/status/current`, pairs: [], authorization });
  for (const action of ['start', 'shutdown', 'start', 'stop']) {
    await ask({ url: lab.pve.url, method: 'POST', path: `${base}/status/${action}`, pairs: [], authorization });
  }
  const change = await ask({ url: lab.pve.url, method: 'PUT', path: `${base}/config`, pairs: [['description', 'x']], authorization });
  expect([state.status, change.status]).toEqual([200, 200]);
  await lab.close();
}

/** Our client looks at sites twice, and makes, changes and removes one of each kind it can; `pbs` is the version it meets. */
export async function letOurClientAsk(pbs?: PbsState['version']): Promise<void> {
  for (const scenario of ['adr-005', 'messy-homelab']) {
    const lab = await startLab({ scenario: worldOf(scenario) });
    if (pbs) lab.world.pbs['pbs']!.version = pbs;
    const site = connectSite(siteOf(lab), {
      now: () => lab.world.now,
      readSecret: (ref) => Promise.resolve({ secret: ref.slice('env:'.length) }),
    });
    const first = await site.observe();
    await site.observe(first);
    if (scenario === 'adr-005') {
      lab.world.pbs['pbs']!.remotes['contract'] = { name: 'contract', host: '192.0.2.9', 'auth-id': 'sync@pbs' };
      for (const step of writeSteps(lab)) await site.carryOut(step);
    }
    if (scenario === 'messy-homelab') await letItProtect(site, first);
    if (scenario === 'messy-homelab') await letItRepeat(site, first);
    if (scenario === 'messy-homelab') await letItSuspend(site, first);
    await site.close();
    await lab.close();
  }
}

/** It backs a guest up, and has a point read again. */
async function letItRepeat(site: Proxmox, { pve, pbs: [server] }: Actual): Promise<void> {
  const guest = pve.guests.known ? pve.guests.value.find(({ lock }) => lock === undefined)! : undefined;
  const storage = pve.storages.known ? pve.storages.value.find(({ type, enabled }) => type === 'pbs' && enabled)! : undefined;
  const backup = {
    node: guest!.node,
    vmid: guest!.vmid,
    storage: storage!.id,
    mode: 'snapshot',
    notes: '{{guestname}} hf:tier=1,policy=01234567',
  };
  expect(await site.startBackup(backup)).toMatchObject({ outcome: 'started' });
  const point = firstPoint(server!);
  expect(await site.startVerify(point)).toMatchObject({ outcome: 'started' });
  expect(await site.repeatsAs()).toBe('root@pam!lab');
}

/** It takes a job out of its schedule, and puts it back. */
async function letItSuspend(site: Proxmox, { pve }: Actual): Promise<void> {
  const { id, enabled, comment } = (pve.backupJobs.known ? pve.backupJobs.value : []).find((job) => job.enabled)!;
  const [before, away] = [
    { enabled, comment },
    { enabled: false, comment: `${comment}, suspended` },
  ];
  await site.switchJob({ id, ...away, before });
  await site.switchJob({ id, ...before, before: away });
  const after = await site.observe();
  expect(after.pve.backupJobs).toMatchObject({ value: expect.arrayContaining([expect.objectContaining({ id, ...before })]) });
}

/** It protects a point and lets it go again, and reads the log of a task. */
async function letItProtect(site: Proxmox, { pbs: [server] }: Actual): Promise<void> {
  const point = firstPoint(server!);
  for (const on of [true, false]) {
    await site.setProtected(point, on);
    expect(await site.isProtected(point)).toBe(on);
  }
  const task = server!.tasks.known ? server!.tasks.value[0] : undefined;
  expect(await site.taskLog(server!.name, task!.upid.text)).toContain('TASK');
}

function firstPoint({ name, namespaces }: PbsActual): PointName {
  const { datastore, namespace, groups } = namespaces.find((one) => one.groups.known && one.groups.value.length > 0)!;
  const group = groups.known
    ? groups.value.find(({ snapshots }) => snapshots.some(({ sizeBytes }) => sizeBytes !== undefined))!
    : undefined;
  const { at } = group!.snapshots.find(({ sizeBytes }) => sizeBytes !== undefined)!;
  return { site: 'home', server: name, datastore, namespace, type: group!.type, id: group!.id, at };
}

function siteOf(lab: Lab) {
  const site = makeSite();
  const access = (server: Lab['pve']) => ({
    urls: [server.url] as const,
    fingerprint: server.fingerprint,
    token: `env:${server.tokens['root@pam!lab']}` as const,
  });
  const pbs = site.pbs[0]!;
  const storages = { backupToken: access(lab.pbs).token };
  return {
    ...site,
    storages,
    pve: { ...access(lab.pve), retryToken: access(lab.pve).token, pressureToken: access(lab.pve).token },
    pbs: [{ ...pbs, name: 'pbs', datastore: 'main', namespace: '', ...access(lab.pbs) }],
  };
}
