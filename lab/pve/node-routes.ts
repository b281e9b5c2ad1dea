import { refuse, type Call, type Route } from '../route.ts';
import { aheadOfUtc } from '../zone.ts';
import { checker, must } from './access.ts';
import { continueDump, startDump } from './dump.ts';
import { checkNeeds, checkSelection } from './job-routes.ts';
import { DUMP_PARAMS, kept, MAYBE_FLAG, MAYBE_TEXT, NODE, optional, STORAGE_ID, givenIn } from './params.ts';
import { nodeRow } from './rows.ts';
import { selectOnNode } from './select.ts';
import type { DumpOptions, NodeState, PveState } from './state.ts';
import { isOn, text } from './settings.ts';

const ON_NODE = { any: ['Sys.Audit'], on: '/nodes/{node}' } as const;

export const NODE_ROUTES: readonly Route<PveState>[] = [
  { method: 'GET', path: '/nodes', privilege: 'login', params: {}, handle: listNodes },
  { method: 'GET', path: '/nodes/{node}/time', privilege: 'login', params: { node: NODE }, handle: nodeTime },
  { method: 'GET', path: '/nodes/{node}/certificates/info', privilege: 'login', params: { node: NODE }, handle: certificates },
  { method: 'GET', path: '/nodes/{node}/status', privilege: ON_NODE, params: { node: NODE }, handle: nodeStatus },
  { method: 'GET', path: '/nodes/{node}/disks/zfs', privilege: { any: ['Sys.Audit'], on: '/' }, params: { node: NODE }, handle: zfsPools },
  {
    method: 'POST',
    path: '/nodes/{node}/vzdump',
    privilege: 'inside',
    params: { ...DUMP_PARAMS, node: NODE, 'job-id': MAYBE_TEXT, stdout: MAYBE_FLAG },
    handle: backUpNow,
  },
  {
    method: 'GET',
    path: '/nodes/{node}/vzdump/defaults',
    privilege: 'login',
    params: { node: NODE, storage: optional(STORAGE_ID) },
    handle: dumpDefaults,
  },
];

/** A node that is not there: the real one tries to find its address. One that is down cannot be reached through another. */
export function nodeOf({ state, params }: Pick<Call<PveState>, 'state' | 'params'>): NodeState {
  const name = params.text('node');
  const node = name === 'localhost' ? Object.values(state.nodes)[0] : state.nodes[name];
  if (!node) refuse(500, `hostname lookup '${name}' failed - failed to get address info for: ${name}: Name or service not known`);
  return node.online ? node : refuse(595, 'No route to host');
}

function listNodes(call: Call<PveState>): unknown {
  const may = checker(call);
  return Object.entries(call.state.nodes).map(([name, node]) => {
    const { 'cgroup-mode': _, ...row } = nodeRow(name, node, call.world.now, may(`/nodes/${name}`, 'Sys.Audit'));
    return { ...row, ssl_fingerprint: call.state.fingerprint ?? '' };
  });
}

/** The cluster's own authority, and what the node shows: in the lab one certificate for all. */
function certificates(call: Call<PveState>): unknown {
  const { ip } = nodeOf(call);
  const name = call.params.text('node');
  const authority = '/CN=Proxmox Virtual Environment/OU=lab/O=PVE Cluster Manager CA';
  const valid = { notbefore: 1_577_836_800, notafter: 2_524_607_999, pem: '', 'public-key-type': 'rsaEncryption', issuer: authority };
  const root = {
    filename: 'pve-root-ca.pem',
    subject: authority,
    san: [],
    'public-key-bits': 4096,
    fingerprint: Array(32).fill('00').join(':'),
  };
  const own = {
    filename: 'pve-ssl.pem',
    subject: `/OU=PVE Cluster Node/O=Proxmox Virtual Environment/CN=${name}`,
    san: ['127.0.0.1', '0000:0000:0000:0000:0000:0000:0000:0001', 'localhost', ip, name],
    'public-key-bits': 2048,
    fingerprint: call.state.fingerprint ?? '',
  };
  return [root, own].map((one) => ({ ...valid, ...one }));
}

/** `localtime` is the epoch shifted by the zone's offset. */
function nodeTime(call: Call<PveState>): unknown {
  const { timeZone, clockAheadSeconds } = nodeOf(call);
  const time = call.world.now + clockAheadSeconds;
  return { time, timezone: timeZone === 'UTC' ? 'Etc/UTC' : timeZone, localtime: time + aheadOfUtc(time, timeZone) };
}

function nodeStatus(call: Call<PveState>): unknown {
  const node = nodeOf(call);
  const { version, release, repoid } = call.state.version;
  const used = Math.round(node.memoryBytes * 0.6);
  return {
    uptime: call.world.now - node.bootedAt,
    pveversion: `pve-manager/${version}/${repoid}`,
    kversion: `Linux 6.${release.replace(/\D/g, '')}.8-1-pve #1 SMP PREEMPT_DYNAMIC`,
    cpu: 0.1,
    wait: 0,
    idle: 0,
    loadavg: ['0.42', '0.40', '0.38'],
    cpuinfo: {
      cpus: node.cpus,
      cores: node.cpus,
      sockets: 1,
      model: 'AMD EPYC',
      mhz: '2445.422',
      user_hz: 100,
      hvm: '1',
      family: '25',
      vendor: 'AuthenticAMD',
    },
    memory: { total: node.memoryBytes, used, free: node.memoryBytes - used, available: node.memoryBytes - used },
    swap: { total: 0, used: 0, free: 0 },
    ksm: { shared: 0 },
    rootfs: {
      total: node.rootBytes,
      used: node.rootUsedBytes,
      free: node.rootBytes - node.rootUsedBytes,
      avail: node.rootBytes - node.rootUsedBytes,
    },
    'current-kernel': { sysname: 'Linux', release: '6.17.8-1-pve', version: '#1 SMP PREEMPT_DYNAMIC', machine: 'x86_64' },
    'boot-info': { mode: 'legacy-bios' },
  };
}

function zfsPools(call: Call<PveState>): unknown {
  const { zfs } = nodeOf(call);
  if (!zfs) refuse(500, 'zfsutils-linux not installed');
  return zfs.map(({ name, sizeBytes, allocatedBytes, fragmentationPercent, health }) => ({
    name,
    size: sizeBytes,
    alloc: allocatedBytes,
    free: sizeBytes - allocatedBytes,
    frag: fragmentationPercent,
    dedup: 1,
    health,
  }));
}

/** A backup run by hand. Where there is nothing to do the answer is `OK` in place of a task. */
function backUpNow(call: Call<PveState>): string {
  const { state, world, params, caller } = call;
  nodeOf(call);
  const node = params.text('node');
  const { node: _, stdout: _s, ...given } = givenIn(params);
  checkNeeds(given);
  const options: DumpOptions = kept(given);
  if (options['job-id'] !== undefined) refuse(403, 'Permission check failed (user != root@pam)');
  must(call, `/storage/${text(options, 'storage') ?? 'local'}`, 'Datastore.AllocateSpace');
  if (options['prune-backups'] !== undefined) must(call, `/storage/${text(options, 'storage') ?? 'local'}`, 'Datastore.Allocate');
  if (isOn(options['stop'])) must(call, `/nodes/${node}`, 'Sys.Modify');
  const pool = text(options, 'pool');
  if (pool !== undefined && !state.pools[pool]) refuse(500, `pool '${pool}' does not exist`);
  if (['vmid', 'pool', 'all', 'stop', 'exclude'].every((name) => options[name] === undefined)) {
    refuse(400, 'Parameter verification failed.', { vmid: 'property is missing' });
  }
  checkSelection(options);
  const { here, unknown } = selectOnNode(state, options, node);
  const may = checker(call);
  const everything = isOn(options['all']);
  const refused = here.find((vmid) => !may(`/vms/${vmid}`, 'VM.Backup'));
  if (refused !== undefined && !everything) refuse(403, `Permission check failed (/vms/${refused}, VM.Backup)`);
  const vmids = [...here.filter((vmid) => may(`/vms/${vmid}`, 'VM.Backup')), ...unknown];
  if (vmids.length === 0 && !everything) return 'OK';
  const task = startDump(world, state, { node, options, vmids, user: caller.authId });
  if (world.settings.manualTasks === 'instant') {
    while (task.next?.run.kind === 'dump' && !task.next.run.waiting) continueDump(world, state, task, task.next.run);
  }
  return task.upid;
}

function dumpDefaults({ params, state }: Call<PveState>): unknown {
  const storage = params.optionalText('storage');
  if (storage !== undefined && !state.storages[storage]) refuse(500, `storage '${storage}' does not exist`);
  return {
    ...(storage === undefined ? {} : { storage }),
    all: 0,
    bwlimit: 0,
    compress: '0',
    fleecing: { enabled: 0 },
    ionice: 7,
    lockwait: 180,
    mailnotification: 'always',
    mode: 'snapshot',
    'notification-mode': 'auto',
    performance: { 'max-workers': 16, 'pbs-entries-max': 1_048_576 },
    pigz: 0,
    'prune-backups': 'keep-all=1',
    quiet: 0,
    remove: 1,
    stdexcludes: 1,
    stop: 0,
    stopwait: 10,
    zstd: 1,
  };
}
