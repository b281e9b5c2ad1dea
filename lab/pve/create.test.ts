import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLab, type Lab } from '../lab.ts';
import { caller, type Ask } from './testing.ts';

let lab: Lab;
let ask: Ask;
beforeAll(async () => {
  lab = await startLab({ scenario: 'adr-005' });
  ask = caller(lab);
});
afterAll(() => lab.close());

const configOf = (vmid: number) => ask(`GET /nodes/pve1/qemu/${vmid}/config`).data as Record<string, string | number>;

test('a new VM: volumes are made, options stand in order, a card gets an address, flags are numbers', () => {
  const made = ask('POST /nodes/pve1/qemu', {
    vmid: '120',
    name: 'web',
    memory: '2048',
    onboot: '0',
    scsi0: 'file=local-zfs:32,size=34359738368,cache=none,format=raw,backup=0,',
    scsi1: 'zfs-longhorn:1.5',
    net0: 'model=virtio,bridge=vmbr0,firewall=0',
  });
  expect(made.status).toBe(200);
  const { digest: _, meta, smbios1, vmgenid, ...config } = configOf(120);
  expect(config).toMatchObject({
    name: 'web',
    memory: '2048',
    onboot: 0,
    scsi0: 'local-zfs:vm-120-disk-0,backup=0,cache=none,size=32G',
    scsi1: 'zfs-longhorn:vm-120-disk-0,size=1536M',
    boot: 'order=scsi0;net0',
  });
  expect(config['net0']).toMatch(/^virtio=BC:24:11(:[0-9A-F]{2}){3},bridge=vmbr0,firewall=0$/);
  expect([meta, smbios1, vmgenid].every((text) => String(text).length > 10)).toBe(true);
  const log = ask(`GET /nodes/pve1/tasks/${String(made.data)}/log`).data as readonly { t: string }[];
  expect(log.map(({ t }) => t)).toEqual([
    "scsi0: successfully created disk 'local-zfs:vm-120-disk-0,backup=0,cache=none,size=32G'",
    "scsi1: successfully created disk 'zfs-longhorn:vm-120-disk-0,size=1536M'",
    'TASK OK',
  ]);
});

test('the disk of another guest comes with its size; a further one gets the next name, and a changed card keeps its address', () => {
  ask('POST /nodes/pve1/qemu', { vmid: '121', scsi1: 'file=zfs-longhorn:vm-1001-disk-0,format=raw,backup=1', net0: 'e1000,bridge=vmbr0' });
  expect(configOf(121)['scsi1']).toBe('zfs-longhorn:vm-1001-disk-0,backup=1,format=raw,size=100G');
  const address = /..(:..){5}/.exec(String(configOf(121)['net0']))?.[0];
  expect(ask('PUT /nodes/pve1/qemu/121/config', { scsi2: 'zfs-longhorn:2', scsi3: 'zfs-longhorn:3', net0: 'model=virtio' }).status).toBe(
    200,
  );
  expect(configOf(121)).toMatchObject({
    scsi2: 'zfs-longhorn:vm-121-disk-0,size=2G',
    scsi3: 'zfs-longhorn:vm-121-disk-1,size=3G',
    net0: `virtio=${address}`,
  });
});

test('what a PVE refuses', () => {
  const refused = (params: Record<string, string>) => {
    const { status, message, errors } = ask('POST /nodes/pve1/qemu', { vmid: '130', ...params });
    return `${status} ${errors ? JSON.stringify(errors) : message}`.trim();
  };
  expect(refused({ vmid: '101' })).toBe("500 unable to create VM 101 - VM 101 already exists on node 'pve1'");
  expect(refused({ scsi0: 'nowhere:1' })).toBe("500 storage 'nowhere' does not exist");
  expect(refused({ scsi0: 'local:1' })).toBe("500 storage 'local' does not support content-type 'images'");
  expect(refused({ scsi0: 'local-zfs:vm-999-disk-0' })).toBe("500 volume 'local-zfs:vm-999-disk-0' does not exist");
  expect(refused({ cores: 'two' })).toBe('400 {"cores":"type check (\'integer\') failed - got \'two\'"}');
  expect(refused({ colour: 'red' })).toContain('property is not defined in schema');
  expect(ask('GET /nodes/pve1/qemu/130/config').status).toBe(500);
});

test('users, tokens, roles and rights: what goes takes its rights along, and what is there twice is refused', () => {
  expect(ask('POST /access/users', { userid: 'one@pve' }).data).toBe(null);
  expect(ask('POST /access/users', { userid: 'one@pve' }).message).toBe("create user failed: user 'one@pve' already exists\n");
  const token = ask('POST /access/users/one@pve/token/watch', { privsep: '1' }).data as { value: string };
  expect(token).toMatchObject({ 'full-tokenid': 'one@pve!watch', info: { privsep: '1' } });
  expect(ask('POST /access/users/one@pve/token/watch')).toMatchObject({ status: 400, errors: { tokenid: 'Token already exists.' } });
  expect(ask('POST /access/roles', { roleid: 'Look', privs: 'VM.Auditt' }).errors).toEqual({
    privs: "invalid format - invalid privilege 'VM.Auditt'\n",
  });
  expect(ask('PUT /access/acl', { path: '/', roles: 'Look', users: 'one@pve' }).message).toBe(
    "update ACL failed: role 'Look' does not exist\n",
  );
  ask('POST /access/roles', { roleid: 'Look', privs: 'VM.Audit' });
  expect(ask('PUT /access/acl', { path: '/wrong', roles: 'Look', users: 'one@pve' }).errors).toEqual({ path: "invalid ACL path '/wrong'" });
  ask('PUT /access/acl', { path: '/vms', roles: 'Look', users: 'one@pve', tokens: 'one@pve!watch' });
  const entries = () => (ask('GET /access/acl').data as readonly { roleid: string; type: string }[]).filter(({ roleid }) => roleid === 'Look').map(({ type }) => type); // prettier-ignore
  expect(entries().sort()).toEqual(['token', 'user']);
  expect(ask('DELETE /access/users/one@pve/token/watch').data).toBe(null);
  expect(entries()).toEqual(['user']);
  expect(ask('DELETE /access/users/one@pve').data).toBe(null);
  expect(entries()).toEqual([]);
  expect(ask('GET /access/users/one@pve').message).toBe("no such user ('one@pve')\n");
});
