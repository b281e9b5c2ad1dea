import { makePve as makeAny } from '#lab/pve/make.ts';
import type { PveState } from '#lab/pve/state.ts';
import { rootAccess } from '#lab/roles.ts';

/** The PVE as it was before the first recorded call. */
export function makePve(now: number, secret: string): PveState {
  const access = rootAccess('pve');
  access.users['root@pam'] = { enabled: true, tokens: { hf: { secret, separate: false } } };
  access.acl = [];
  return makeAny({ now, access, node: 'pve1', timeZone: 'UTC' });
}
