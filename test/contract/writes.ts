import type { Lab } from '#lab/lab.ts';
import type { ObjectKind, Settings } from '#core/desired/desired.ts';
import type { Step } from '#core/plan/plan.ts';

type Write = Pick<Step, 'server' | 'id'> & {
  /** Every setting that Holdfast ever states for the kind. Absent where it makes none. */
  readonly create?: Settings;
  /** Every setting again, and all that may be cleared. Absent where it changes none. */
  readonly change?: { readonly settings: Settings; readonly clear: readonly string[] };
  readonly removable: boolean;
};

const COMMENT = { comment: '[holdfast] home: tier 1, policy 01234567' };
const KEEPS = { 'keep-last': 3, 'keep-hourly': 24, 'keep-daily': 7, 'keep-weekly': 5, 'keep-monthly': 12, 'keep-yearly': 2 };
const HERE = { store: 'main', ns: 'contract', 'max-depth': 0 };

/** What our client may write, one of each kind with every setting there is. A kind that is missing here does not compile. */
export function writesOf(lab: Lab): Readonly<Record<ObjectKind, Write>> {
  const { hostname, port } = new URL(lab.pbs.url);
  const { fingerprint } = lab.pbs;
  const leads = { server: hostname, port: Number(port), datastore: 'main', namespace: 'contract', fingerprint };
  return {
    pool: { server: 'pve', id: 'contract', create: COMMENT, change: { settings: { comment: 'x' }, clear: [] }, removable: true },
    'pool-member': { server: 'pve', id: 'contract/101', create: { 'allow-move': true }, removable: true },
    namespace: { server: 'pbs', id: 'main:contract', create: {}, removable: true },
    storage: {
      server: 'pve',
      id: 'pbs-contract',
      create: { type: 'pbs', content: ['backup'], ...leads, 'prune-backups': 'keep-all=1', disable: false, 'encryption-key': 'autogen' },
      change: {
        settings: { namespace: '', 'prune-backups': 'keep-all=1', disable: false, fingerprint: fingerprint.toLowerCase() },
        clear: [],
      },
      removable: true,
    },
    'backup-job': {
      server: 'pve',
      id: 'hf-contract',
      create: {
        pool: 'contract',
        storage: 'pbs-contract',
        schedule: '02:00',
        enabled: true,
        mode: 'snapshot',
        'repeat-missed': true,
        'notes-template': '{{guestname}} hf:tier=1,policy=01234567',
        'prune-backups': 'keep-all=1',
        bwlimit: 1024,
        ...COMMENT,
      },
      change: {
        settings: {
          schedule: 'sun 03:00',
          enabled: false,
          mode: 'stop',
          'repeat-missed': false,
          'notes-template': '{{guestname}} hf:tier=1,policy=76543210',
        },
        clear: ['bwlimit', 'node'],
      },
      removable: true,
    },
    'prune-job': {
      server: 'pbs',
      id: 'hf-contract',
      create: { ...HERE, schedule: '05:30', disable: false, ...KEEPS, ...COMMENT },
      change: { settings: { schedule: 'sat 05:30', disable: true, 'keep-daily': 8 }, clear: ['keep-last', 'keep-yearly', 'ns'] },
      removable: true,
    },
    'verify-job': {
      server: 'pbs',
      id: 'hf-contract',
      create: { ...HERE, schedule: '08:00', 'ignore-verified': true, 'outdated-after': 28, ...COMMENT },
      change: { settings: { schedule: 'sat 08:00', 'ignore-verified': false, 'outdated-after': 30 }, clear: ['ns'] },
      removable: true,
    },
    'sync-job': {
      server: 'pbs',
      id: 'hf-contract',
      create: {
        ...HERE,
        'sync-direction': 'pull',
        remote: 'contract',
        'remote-store': 'main',
        'remote-ns': 'contract',
        owner: 'root@pam',
        schedule: 'hourly',
        'remove-vanished': false,
        'rate-in': '1048576 B',
        'rate-out': '1048576 B',
        ...COMMENT,
      },
      change: {
        settings: { schedule: '04:00', 'remove-vanished': false },
        clear: ['rate-in', 'rate-out', 'transfer-last', 'group-filter'],
      },
      removable: true,
    },
    datastore: {
      server: 'pbs',
      id: 'main',
      change: { settings: { 'gc-schedule': 'sat 10:00', 'verify-new': true }, clear: [] },
      removable: false,
    },
    'traffic-control': {
      server: 'pbs',
      id: 'hf-contract',
      create: {
        network: ['10.0.0.0/8', 'fd00::/8'],
        timeframe: ['mon..fri 08:00-18:00', '22:00-23:59'],
        'rate-in': '10485760 B',
        'rate-out': '1048576 B',
        comment: '[holdfast] home: traffic',
      },
      change: {
        settings: { network: ['10.0.0.0/16'], 'rate-in': '1048576 B' },
        clear: ['rate-out', 'burst-in', 'burst-out', 'timeframe', 'users'],
      },
      removable: true,
    },
  };
}

/** In an order in which each finds what it needs. */
const ORDER: readonly ObjectKind[] = [
  'pool',
  'pool-member',
  'namespace',
  'storage',
  'backup-job',
  'datastore',
  'prune-job',
  'verify-job',
  'sync-job',
  'traffic-control',
];

/** All that can be made, then changed, then removed. */
export function writeSteps(lab: Lab): Step[] {
  const writes = writesOf(lab);
  const plain = { site: 'home', clear: [], because: '', means: [] };
  const of = (kind: ObjectKind): Pick<Step, 'kind' | 'server' | 'id'> => ({ kind, server: writes[kind].server, id: writes[kind].id });
  return [
    ...ORDER.flatMap((kind): Step[] => {
      const { create } = writes[kind];
      return create ? [{ ...plain, ...of(kind), action: 'create', settings: create }] : [];
    }),
    ...ORDER.flatMap((kind): Step[] => {
      const { change } = writes[kind];
      return change ? [{ ...plain, ...of(kind), action: 'change', ...change }] : [];
    }),
    ...ORDER.toReversed().flatMap((kind): Step[] =>
      writes[kind].removable ? [{ ...plain, ...of(kind), action: 'remove', settings: {} }] : [],
    ),
  ];
}
