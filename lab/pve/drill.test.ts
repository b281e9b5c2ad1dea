import { afterAll, beforeAll, expect, test } from 'vitest';
import { addNamespace } from '../pbs/state.ts';
import { startLab, type Lab } from '../lab.ts';
import { secretOf, TOKENS } from '../scenarios/access.ts';
import { caller, type Ask } from './testing.ts';

let lab: Lab;
let ask: Ask;
let volume: string;
beforeAll(async () => {
  lab = await startLab({ scenario: 'adr-005' });
  ask = caller(lab);
  addNamespace(lab.world.pbs['pbs']!.datastores['main']!, 'home/tier-1');
  const login = {
    username: TOKENS.backup,
    password: secretOf(lab.world.pbs['pbs']!.access, TOKENS.backup),
    fingerprint: lab.pbs.fingerprint,
  };
  ask('POST /storage', { storage: 'pbs-tier-1', type: 'pbs', server: 'pbs.lan', datastore: 'main', namespace: 'home/tier-1', ...login });
  ask('POST /nodes/pve1/vzdump', { vmid: '101', storage: 'pbs-tier-1' });
  volume = (ask('GET /nodes/pve1/storage/pbs-tier-1/content').data as { volid: string }[])[0]!.volid;
  lab.world.settings.manualTasks = 'timed';
});
afterAll(() => lab.close());

const status = (upid: unknown) =>
  (ask(`GET /nodes/pve1/tasks/${encodeURIComponent(String(upid))}/status`).data as { status: string; exitstatus?: string }) ?? {};

test('a whole drill: restore under a new id, cut off, start, ask the agent, destroy without a trace', () => {
  expect(ask('GET /nodes/pve1/vzdump/extractconfig', { volume }).data).toContain('scsi1: zfs-longhorn:vm-1001-disk-0');
  const restored = ask('POST /nodes/pve1/qemu', {
    vmid: '9101',
    archive: volume,
    storage: 'local-zfs',
    unique: '1',
    name: 'drill-101',
    net0: 'virtio,bridge=vmbr0,link_down=1',
  }).data;
  expect(status(restored)).toMatchObject({ status: 'running' });
  expect(ask('GET /nodes/pve1/qemu/9101/config').data).toMatchObject({
    lock: 'create',
    name: 'drill-101',
    scsi1: 'local-zfs:vm-9101-disk-1,iothread=1,size=100G',
  });
  lab.advance(3600);
  expect(status(restored)).toMatchObject({ status: 'stopped', exitstatus: 'OK' });
  expect(ask('POST /nodes/pve1/qemu/9101/agent/ping').message).toBe('VM 9101 is not running\n');
  ask('POST /nodes/pve1/qemu/9101/status/start');
  lab.advance(5);
  expect(ask('POST /nodes/pve1/qemu/9101/agent/ping').message).toBe('QEMU guest agent is not running\n');
  lab.advance(30);
  expect(ask('POST /nodes/pve1/qemu/9101/agent/ping').data).toEqual({ result: {} });
  const { pid } = ask('POST /nodes/pve1/qemu/9101/agent/exec', { command: ['echo', 'alive'] }).data as { pid: number };
  expect(ask('GET /nodes/pve1/qemu/9101/agent/exec-status', { pid: String(pid) }).data).toEqual({
    exited: 1,
    exitcode: 0,
    'out-data': 'alive\n',
    'out-truncated': 0,
  });
  expect(ask('DELETE /nodes/pve1/qemu/9101').message).toBe('VM 9101 is running - destroy failed\n');
  ask('POST /nodes/pve1/qemu/9101/status/stop');
  lab.advance(10);
  ask('DELETE /nodes/pve1/qemu/9101', { purge: '1' });
  lab.advance(10);
  expect(ask('GET /nodes/pve1/qemu/9101/config').status).toBe(500);
  expect(lab.world.pve['pve']!.guests[101]!.runningSince).toBeDefined();
});

test('an id in use, a snapshot that is not there, a volume name nobody can read', () => {
  const restore = (vmid: string, archive: string) => ask('POST /nodes/pve1/qemu', { vmid, archive, storage: 'local-zfs' }).message;
  expect(restore('101', volume)).toBe("unable to restore VM 101 - VM 101 already exists on node 'pve1'\n");
  expect(restore('9102', 'pbs-tier-1:backup/vm/101/2001-01-01T00:00:00Z')).toContain('does not exist');
  expect(restore('9102', 'pbs-tier-1:backup/vm/101/yesterday')).toBe("unable to parse PBS volume name 'backup/vm/101/yesterday'\n");
});

test('a guest that is destroyed with purge leaves the jobs that named it; a job of its own goes with it', () => {
  lab.world.settings.manualTasks = 'instant';
  ask('POST /cluster/backup', { id: 'two', vmid: '103,104', storage: 'pbs-tier-1', schedule: '02:00' });
  ask('POST /cluster/backup', { id: 'one', vmid: '104', storage: 'pbs-tier-1', schedule: '02:00' });
  ask('POST /nodes/pve1/qemu/104/status/stop');
  ask('DELETE /nodes/pve1/qemu/104', { purge: '1' });
  expect(Object.entries(lab.world.pve['pve']!.jobs).map(([id, { config }]) => [id, config['vmid']])).toEqual([['two', '103']]);
});
