import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { grantCommands } from './grants.ts';
import { neededRights, PURPOSES, type RightsScope } from './needed.ts';
import { deletingRights, pressuringPower, retryingPower } from './power.ts';
import { blindSpots, holds, type Rights } from './rights.ts';

const RIGHTS: Rights = {
  '/': { 'Sys.Audit': true },
  '/vms': { 'VM.Audit': true, 'VM.Backup': false },
  '/vms/105': {},
  '/pool': { 'Pool.Audit': false },
};

const cases: readonly (readonly [name: string, privilege: string, path: string, held: boolean])[] = [
  ['on the path itself', 'VM.Audit', '/vms', true],
  ['inherited from the root', 'Sys.Audit', '/nodes/pve1', true],
  ['on the path itself, without reaching below', 'VM.Backup', '/vms', true],
  ['not inherited where it does not reach below', 'VM.Backup', '/vms/101', false],
  ['a deeper entry replaces what stands above', 'Sys.Audit', '/vms/101', false],
  ['an empty deeper entry takes everything away', 'VM.Audit', '/vms/105', false],
  ['one of two will do', 'VM.Allocate or VM.Audit', '/vms', true],
  ['nothing of that name', 'VM.Allocate', '/vms', false],
  ['a path that only begins alike is another', 'VM.Audit', '/vmsx', false],
];
for (const [name, privilege, path, held] of cases) test(`holds: ${name}`, () => assert.equal(holds(RIGHTS, privilege, path), held));

test('holds: no rights, no right', () => assert.equal(holds({}, 'Sys.Audit', '/'), false));

test('blindSpots: the guest from which the right was taken, and no path beside it', () => {
  assert.deepEqual(blindSpots(RIGHTS, 'VM.Audit', '/vms'), ['/vms/105']);
  assert.deepEqual(blindSpots({ '/vms': { 'VM.Audit': true }, '/vms/1': { 'VM.Audit': true } }, 'VM.Audit', '/vms'), []);
});

const scope: RightsScope = { site: { places: 'holdfast', pbs: [{ name: 'pbs', datastore: 'main', namespace: 'home' }] } };
const limited: RightsScope = {
  site: {
    ...scope.site,
    pbs: [{ ...scope.site.pbs[0]!, traffic: [{ name: 'office', networks: ['10.0.0.0/8'], rateInBytesPerSecond: 1 }] }],
  },
};
const pressed: RightsScope = { ...scope, suspended: ['pbs-tier-4'] };
const code: RightsScope = { site: { ...scope.site, places: 'opentofu' } };

test('neededRights: watching and protecting cannot delete, on either product', () => {
  const powers = /Modify|Prune|Allocate$|Permissions/;
  for (const purpose of ['audit', 'lock'] as const)
    assert.deepEqual(
      neededRights(purpose, scope).filter(({ privilege }) => powers.test(privilege)),
      [],
    );
});

test('grants: what limits traffic reaches nothing below the root', () => {
  const [, grants] = grantCommands('apply', limited);
  const rights = pbsRights(grants!.commands, grants!.token);
  assert.deepEqual(
    [holds(rights, 'Sys.Modify', '/'), holds(rights, 'Sys.Modify', '/system/network'), holds(rights, 'Permissions.Modify', '/access/acl')],
    [true, false, false],
  );
});

test('neededRights: where OpenTofu owns the places, pools are not ours to write', () => {
  const privileges = (given: RightsScope): string[] => neededRights('apply', given).map(({ privilege }) => privilege);
  assert.ok(privileges(scope).includes('Pool.Allocate'));
  assert.ok(!privileges(code).includes('Pool.Allocate'));
});

test('neededRights: a tier’s other datastore counts too', () => {
  const paths = neededRights('audit', { ...scope, datastores: new Map([['pbs', ['main', 'vault']]]) }).map(({ path }) => path);
  assert.deepEqual([paths.includes('/datastore/main/home'), paths.includes('/datastore/vault/home')], [true, true]);
});

test('what a login could delete with is named once, where it is given', () => {
  const all = { 'Datastore.Allocate': true, 'VM.Allocate': true } as const;
  const rights: Rights = {
    '/': { 'VM.Allocate': true },
    '/storage': all,
    '/storage/local': all,
    '/vms': all,
    '/vms/100': { 'Permissions.Modify': true },
  };
  assert.deepEqual(deletingRights('pve', rights), [
    'VM.Allocate on /',
    'Datastore.Allocate on /storage',
    'Datastore.Allocate on /vms',
    'Permissions.Modify on /vms/100',
  ]);
});

describe('a login that repeats', () => {
  const tiers: RightsScope = { ...scope, storages: ['pbs-tier-1', 'pbs-tier-2'] };
  const [grants] = grantCommands('retry', tiers);
  const granted = pveRights(grants!.commands, grants!.token);
  const table: readonly (readonly [name: string, rights: Rights, guarded: boolean, power: readonly string[]])[] = [
    ['as granted, under a login that cannot delete', granted, true, []],
    [
      'as granted, under a login nobody named',
      granted,
      false,
      ['Datastore.AllocateSpace on /storage/pbs-tier-1', 'Datastore.AllocateSpace on /storage/pbs-tier-2'],
    ],
    ['on all storages', { '/storage': { 'Datastore.AllocateSpace': true } }, true, ['Datastore.AllocateSpace on /storage']],
    ['on another storage', { '/storage/local': { 'Datastore.AllocateSpace': true } }, true, ['Datastore.AllocateSpace on /storage/local']],
    ['with a guest to destroy', { '/vms': { 'VM.Allocate': true } }, true, ['VM.Allocate on /vms']],
  ];
  for (const [name, rights, guarded, power] of table)
    test(`${name}: ${power.join(', ') || 'harmless'}`, () => assert.deepEqual(retryingPower(rights, guarded), power));
  test('has a user of its own: what it gets on /vms takes nothing from the one that watches', () =>
    assert.equal(grants!.token, 'holdfast-retry@pve!retry'));
});

describe('a login that suspends', () => {
  const [grants] = grantCommands('pressure', pressed);
  const granted = pveRights(grants!.commands, grants!.token);
  const table: readonly (readonly [name: string, rights: Rights, harmless: readonly string[], power: readonly string[]])[] = [
    ['as granted, under a login that cannot delete', granted, ['pbs-tier-4'], []],
    ['as granted, for a tier that is not to be suspended', granted, ['pbs-tier-3'], ['Datastore.Allocate on /storage/pbs-tier-4']],
    ['on all storages', { '/storage': { 'Datastore.Allocate': true } }, ['pbs-tier-4'], ['Datastore.Allocate on /storage']],
    [
      'reaching below the root',
      { '/': { 'Sys.Modify': true }, '/nodes': { 'Sys.Modify': true } },
      [],
      ['Sys.Modify on all that lies below /'],
    ],
    ['on a node', { '/nodes/pve1': { 'Sys.Modify': false } }, [], ['Sys.Modify on /nodes/pve1']],
    ['with a guest to destroy', { '/vms': { 'VM.Allocate': true } }, ['pbs-tier-4'], ['VM.Allocate on /vms']],
  ];
  for (const [name, rights, harmless, power] of table)
    test(`${name}: ${power.join(', ') || 'harmless'}`, () => assert.deepEqual(pressuringPower(rights, harmless), power));
  test('has a user of its own, and its right on the root reaches nothing below', () => {
    assert.equal(grants!.token, 'holdfast-pressure@pve!pressure');
    const asked = ['/', '/nodes/pve1', '/storage/pbs-tier-4'].map((path) => holds(granted, 'Sys.Modify', path));
    assert.deepEqual(asked, [true, false, false]);
  });
});

/** Roles of PBS with what is needed here. */
const PBS_ROLES: Readonly<Record<string, readonly string[]>> = {
  Admin: ['Sys.Audit', 'Sys.Modify', 'Permissions.Modify'],
  Audit: ['Sys.Audit', 'Datastore.Audit'],
  DatastoreAdmin: ['Datastore.Audit', 'Datastore.Modify', 'Datastore.Read', 'Datastore.Verify', 'Datastore.Backup', 'Datastore.Prune'],
  DatastoreBackup: ['Datastore.Backup'],
  RemoteAudit: ['Remote.Audit'],
  RemoteSyncOperator: ['Remote.Audit', 'Remote.Read'],
};

for (const purpose of PURPOSES) {
  for (const [owner, given] of [
    ['holdfast', scope],
    ['opentofu', code],
    ['holdfast, with limited traffic', limited],
    ['holdfast, with a tier that may be suspended', pressed],
  ] as const) {
    test(`grants for ${purpose}, places by ${owner}: the token and its user get every right that is needed`, () => {
      const granted = grantCommands(purpose, given);
      for (const right of neededRights(purpose, given)) {
        const grants = granted.find(({ server }) => server === right.server);
        assert.ok(grants, `nothing is granted on ${right.server}`);
        for (const who of [grants.token, grants.token.split('!')[0]!]) {
          const rights: Rights = grants.product === 'pve' ? pveRights(grants.commands, who) : pbsRights(grants.commands, who);
          assert.ok(holds(rights, right.privilege, right.path), `${who} lacks ${right.privilege} on ${right.path}`);
        }
      }
    });
  }
}

type Commands = readonly { readonly run: string }[];

/** What `pveum` makes of the commands. */
function pveRights(commands: Commands, who: string): Rights {
  const roles = new Map(
    commands.flatMap(({ run }) => {
      const made = /^pveum role add (\S+) --privs (\S+) \|\| pveum role modify \1 --privs \2$/.exec(run);
      return made ? [[made[1]!, made[2]!.split(',')] as const] : [];
    }),
  );
  const rights: Record<string, Record<string, boolean>> = {};
  for (const { run } of commands) {
    const [, path, owner, role, here] =
      /^pveum acl modify (\S+) --(?:users|tokens) '?([^' ]+)'? --roles (\S+)( --propagate 0)?$/.exec(run) ?? [];
    if (owner === who)
      rights[path!] = { ...rights[path!], ...Object.fromEntries(roles.get(role!)!.map((name) => [name, here === undefined])) };
  }
  return rights;
}

/** What `proxmox-backup-manager` makes of them. */
function pbsRights(commands: Commands, who: string): Rights {
  const rights: Record<string, Record<string, boolean>> = {};
  for (const { run } of commands) {
    const [, path, role, owner, here] =
      /^proxmox-backup-manager acl update (\S+) (\S+) --auth-id '([^']+)'( --propagate false)?$/.exec(run) ?? [];
    if (owner === who)
      rights[path!] = { ...rights[path!], ...Object.fromEntries(PBS_ROLES[role!]!.map((name) => [name, here === undefined])) };
  }
  return rights;
}
