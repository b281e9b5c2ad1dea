import type { Access } from './auth.ts';

const PBS_DATASTORE = {
  audit: 'Datastore.Audit',
  allocate: 'Datastore.Allocate',
  modify: 'Datastore.Modify',
  read: 'Datastore.Read',
  verify: 'Datastore.Verify',
  backup: 'Datastore.Backup',
  prune: 'Datastore.Prune',
} as const;

/** Built-in roles of PBS (there are no others): https://pbs.proxmox.com/docs/user-management.html#privileges */
export const PBS_ROLES: Readonly<Record<string, readonly string[]>> = {
  Admin: [
    'Sys.Audit',
    'Sys.Modify',
    'Sys.PowerManagement',
    'Sys.Console',
    ...Object.values(PBS_DATASTORE),
    'Permissions.Modify',
    'Remote.Audit',
    'Remote.Modify',
    'Remote.Read',
    'Remote.DatastoreBackup',
    'Remote.DatastoreModify',
    'Remote.DatastorePrune',
    'Tape.Audit',
    'Tape.Modify',
    'Tape.Read',
    'Tape.Write',
    'Realm.Allocate',
  ],
  Audit: ['Sys.Audit', 'Datastore.Audit'],
  NoAccess: [],
  DatastoreAdmin: ['Datastore.Audit', 'Datastore.Modify', 'Datastore.Read', 'Datastore.Verify', 'Datastore.Backup', 'Datastore.Prune'],
  DatastoreReader: ['Datastore.Audit', 'Datastore.Verify', 'Datastore.Read'],
  DatastoreBackup: ['Datastore.Backup'],
  DatastorePowerUser: ['Datastore.Prune', 'Datastore.Backup'],
  DatastoreAudit: ['Datastore.Audit'],
  RemoteAudit: ['Remote.Audit'],
  RemoteAdmin: ['Remote.Audit', 'Remote.Modify', 'Remote.Read'],
  RemoteSyncOperator: ['Remote.Audit', 'Remote.Read'],
  RemoteSyncPushOperator: ['Remote.Audit', 'Remote.DatastoreBackup'],
  RemoteDatastorePowerUser: ['Remote.DatastoreBackup', 'Remote.DatastorePrune'],
  RemoteDatastoreAdmin: ['Remote.DatastoreBackup', 'Remote.DatastoreModify', 'Remote.DatastorePrune'],
};

/** Every privilege of a PVE 9.2. @see https://pve.proxmox.com/pve-docs/chapter-pveum.html#pveum_permission_management */
export const PVE_PRIVILEGES: readonly string[] = [
  'Datastore.Allocate',
  'Datastore.AllocateSpace',
  'Datastore.AllocateTemplate',
  'Datastore.Audit',
  'Group.Allocate',
  'Mapping.Audit',
  'Mapping.Modify',
  'Mapping.Use',
  'Permissions.Modify',
  'Pool.Allocate',
  'Pool.Audit',
  'Realm.Allocate',
  'Realm.AllocateUser',
  'SDN.Allocate',
  'SDN.Audit',
  'SDN.Use',
  'Sys.AccessNetwork',
  'Sys.Audit',
  'Sys.Console',
  'Sys.Incoming',
  'Sys.Modify',
  'Sys.PowerMgmt',
  'Sys.Syslog',
  'User.Modify',
  'VM.Allocate',
  'VM.Audit',
  'VM.Backup',
  'VM.Clone',
  'VM.Config.CDROM',
  'VM.Config.CPU',
  'VM.Config.Cloudinit',
  'VM.Config.Disk',
  'VM.Config.HWType',
  'VM.Config.Memory',
  'VM.Config.Network',
  'VM.Config.Options',
  'VM.Console',
  'VM.GuestAgent.Audit',
  'VM.GuestAgent.FileRead',
  'VM.GuestAgent.FileSystemMgmt',
  'VM.GuestAgent.FileWrite',
  'VM.GuestAgent.Unrestricted',
  'VM.Migrate',
  'VM.PowerMgmt',
  'VM.Replicate',
  'VM.Snapshot',
  'VM.Snapshot.Rollback',
];

/** Roles a PVE starts with, as far as the lab needs them: https://pve.proxmox.com/pve-docs/chapter-pveum.html#pveum_roles */
export const PVE_ROLES: Readonly<Record<string, readonly string[]>> = {
  Administrator: PVE_PRIVILEGES,
  NoAccess: [],
  PVEAuditor: ['Datastore.Audit', 'Mapping.Audit', 'Pool.Audit', 'SDN.Audit', 'Sys.Audit', 'VM.Audit', 'VM.GuestAgent.Audit'],
};

export const LAB_SECRET = '00000000-0000-4000-8000-000000000001';

/** `root@pam` with the token `root@pam!lab`, which may do everything. */
export function rootAccess(product: 'pve' | 'pbs'): Access {
  return {
    users: { 'root@pam': { enabled: true, tokens: { lab: { secret: LAB_SECRET, separate: product === 'pbs' } } } },
    acl: [{ path: '/', authId: 'root@pam!lab', role: product === 'pve' ? 'Administrator' : 'Admin', propagate: true }],
    roles: { ...(product === 'pve' ? PVE_ROLES : PBS_ROLES) },
  };
}
