import type { Access } from '../auth.ts';
import { PBS_ROLES, PVE_ROLES, rootAccess } from '../roles.ts';

/** What a scenario's tokens are called, on both servers: `holdfast@pve!audit`, `holdfast@pbs!apply`, `pve@pbs!backup`. */
export const TOKENS = {
  pveAudit: 'holdfast@pve!audit',
  pveApply: 'holdfast@pve!apply',
  pbsAudit: 'holdfast@pbs!audit',
  pbsApply: 'holdfast@pbs!apply',
  backup: 'pve@pbs!backup',
  /** Only where a scenario calls `allowRetries`. */
  pveRetry: 'holdfast-retry@pve!retry',
} as const;

const secret = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

/** A PVE with Holdfast's two tokens: one that looks, one that configures. */
export function pveAccess(): Access {
  const access = rootAccess('pve');
  access.roles = {
    ...PVE_ROLES,
    HoldfastApply: [
      ...PVE_ROLES['PVEAuditor']!,
      'Sys.Modify',
      'Pool.Allocate',
      'VM.Allocate',
      'VM.Backup',
      'Datastore.Allocate',
      'Datastore.AllocateSpace',
    ],
  };
  access.users['holdfast@pve'] = {
    enabled: true,
    tokens: { audit: { secret: secret(101), separate: true }, apply: { secret: secret(102), separate: true } },
  };
  grant(access, 'holdfast@pve', 'HoldfastApply', '/');
  grant(access, 'holdfast@pve!audit', 'PVEAuditor', '/');
  grant(access, 'holdfast@pve!apply', 'HoldfastApply', '/');
  return access;
}

/** A PBS with tokens that look and configure, and the login of PVE's storages, which may write below `namespace` and nothing else. */
export function pbsAccess(datastore: string, namespace: string): Access {
  const access = rootAccess('pbs');
  access.roles = { ...PBS_ROLES };
  access.users['holdfast@pbs'] = {
    enabled: true,
    tokens: { audit: { secret: secret(201), separate: true }, apply: { secret: secret(202), separate: true } },
  };
  access.users['pve@pbs'] = { enabled: true, tokens: { backup: { secret: secret(203), separate: true } } };
  grant(access, 'holdfast@pbs', 'Admin', '/');
  grant(access, TOKENS.pbsAudit, 'Audit', '/');
  grant(access, TOKENS.pbsAudit, 'RemoteAudit', '/remote');
  grant(access, TOKENS.pbsApply, 'Audit', '/');
  grant(access, TOKENS.pbsApply, 'DatastoreAdmin', '/datastore');
  grant(access, TOKENS.pbsApply, 'RemoteSyncOperator', '/remote');
  const place = namespace === '' ? `/datastore/${datastore}` : `/datastore/${datastore}/${namespace}`;
  for (const authId of ['pve@pbs', TOKENS.backup]) grant(access, authId, 'DatastoreBackup', place);
  return access;
}

/** The login that starts a failed guest's backup again, as `holdfast grants --for retry` makes it: it reaches these storages and no other. */
export function allowRetries(access: Access, storages: readonly string[]): void {
  access.roles['HoldfastRetryStorage'] = ['Datastore.AllocateSpace'];
  access.roles['HoldfastRetryVms'] = ['VM.Backup'];
  access.users['holdfast-retry@pve'] = { enabled: true, tokens: { retry: { secret: secret(103), separate: true } } };
  for (const authId of ['holdfast-retry@pve', TOKENS.pveRetry]) {
    grant(access, authId, 'HoldfastRetryVms', '/vms');
    for (const storage of storages) grant(access, authId, 'HoldfastRetryStorage', `/storage/${storage}`);
  }
}

export function grant(access: Access, authId: string, role: string, path: string): void {
  access.acl.push({ path, authId, role, propagate: true });
}

/** The secret of `user@realm!name` on a server of the lab. */
export function secretOf(access: Access, authId: string): string {
  const [user = '', token = ''] = authId.split('!');
  return access.users[user]!.tokens[token]!.secret;
}
