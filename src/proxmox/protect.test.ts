import { afterEach, beforeEach, expect, test } from 'vitest';
import { startLab, type Lab } from '#lab/lab.ts';
import { addDatastore, addGroup, addNamespace, addSnapshot, makePbs, manifestFiles } from '#lab/pbs/state.ts';
import { makePve } from '#lab/pve/make.ts';
import { pbsAccess, pveAccess, TOKENS } from '#lab/scenarios/access.ts';
import { emptyWorld } from '#lab/world.ts';
import type { PointName, Proxmox } from '#app/ports.ts';
import type { Site } from '#core/policy/policy.ts';
import { ProxmoxError } from '#core/world/proxmox-error.ts';
import { openHttp } from './http.ts';
import { connectSite } from './site.ts';

const NOW = Date.UTC(2026, 10, 25) / 1000;
const point: PointName = {
  site: 'home',
  server: 'pbs',
  datastore: 'main',
  namespace: 'home/tier-1',
  type: 'vm',
  id: '101',
  at: NOW - 86_400,
};
let lab: Lab;
let proxmox: Proxmox;
let read: string[] = [];

beforeEach(async () => {
  const world = emptyWorld(NOW);
  world.pve['pve'] = makePve({ now: NOW, access: pveAccess(), node: 'pve1' });
  const pbs = makePbs({ now: NOW, access: pbsAccess('main', 'home') });
  const namespace = addNamespace(addDatastore(pbs, 'main'), 'home/tier-1');
  const files = manifestFiles([{ filename: 'drive-scsi0.img.fidx', size: 2 ** 30 }]);
  addSnapshot(addGroup(namespace, { type: 'vm', id: '101', owner: TOKENS.backup }), { time: point.at, files });
  addSnapshot(addGroup(namespace, { type: 'vm', id: '102', owner: 'root@pam' }), { time: point.at, files });
  addSnapshot(addGroup(namespace, { type: 'vm', id: '103', owner: TOKENS.backup }), { time: point.at, files: [], state: 'running' });
  world.pbs['pbs'] = pbs;
  lab = await startLab({ scenario: world });
  [read, proxmox] = [[], connect({ backupToken: 'env:BACKUP' })];
});

afterEach(async () => {
  await proxmox.close();
  await lab.close();
});

function connect(storages: Site['storages']): Proxmox {
  const pbs = {
    name: 'pbs',
    urls: [lab.pbs.url] as const,
    fingerprint: lab.pbs.fingerprint,
    token: 'env:AUDIT' as const,
    datastore: 'main',
    namespace: 'home',
  };
  const pve = { urls: [lab.pve.url] as const, fingerprint: lab.pve.fingerprint, token: 'env:AUDIT' as const };
  const site: Site = { name: 'home', timeZone: 'UTC', places: 'opentofu', pve, pbs: [pbs], ...(storages ? { storages } : {}) };
  const readSecret = async (ref: string): Promise<{ readonly secret: string }> => {
    read.push(ref);
    return { secret: lab.pbs.tokens[TOKENS.backup]! };
  };
  return connectSite(site, { now: () => NOW, readSecret, http: { limits: { retries: 0 } } });
}

test('sets, keeps and lifts the flag with the backup token alone', async () => {
  expect(await proxmox.isProtected(point)).toBe(false);
  await proxmox.setProtected(point, true);
  await proxmox.setProtected(point, true);
  expect(await proxmox.isProtected(point)).toBe(true);
  await proxmox.setProtected(point, false);
  await proxmox.setProtected(point, false);
  expect(await proxmox.isProtected(point)).toBe(false);
  expect(new Set(read)).toEqual(new Set(['env:BACKUP']));
});

const refusals = [
  { name: 'a point that is not there', point: { ...point, at: point.at + 1 }, kind: 'missing' },
  { name: 'a group of another login', point: { ...point, id: '102' }, kind: 'forbidden' },
  { name: 'a point that is still being made', point: { ...point, id: '103' }, kind: 'busy' },
] as const;

for (const { name, point: asked, kind } of refusals) {
  test(`refuses: ${name}`, async () => {
    await expect(proxmox.setProtected(asked, true)).rejects.toMatchObject({ kind });
  });
}

test('without a login for it nothing is read and nothing is sent', async () => {
  const bare = connect(undefined);
  const error = await bare.setProtected(point, true).catch((thrown: unknown) => thrown);
  await bare.close();
  expect(error).toBeInstanceOf(ProxmoxError);
  expect((error as ProxmoxError).fix).toContain('backupToken');
  expect(read).toEqual([]);
});

test('the login that protects cannot delete', async () => {
  const { url, fingerprint, tokens } = lab.pbs;
  const http = openHttp({ product: 'pbs', name: 'pbs', urls: [url], fingerprint, token: async () => tokens[TOKENS.backup]! });
  const named = { ns: point.namespace, 'backup-type': point.type, 'backup-id': point.id, 'backup-time': point.at };
  await expect(http.send('DELETE', '/admin/datastore/main/snapshots', named, () => {})).rejects.toMatchObject({ kind: 'forbidden' });
  await http.close();
});
