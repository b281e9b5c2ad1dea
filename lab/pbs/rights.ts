import { mayAny, privilegesOn, type Caller, type Rights } from '../auth.ts';
import { refuse, type Call } from '../route.ts';
import type { World } from '../world.ts';
import { groupPath } from './content.ts';
import type { DatastoreState, GroupState, NamespaceState, PbsState } from './state.ts';

export type PbsCall = Call<PbsState>;

/** Rights that let one see that a namespace is there. */
export const SEES_NAMESPACE = ['Datastore.Modify', 'Datastore.Audit', 'Datastore.Backup'];

export function rightsOf(world: World, pbs: PbsState): Rights {
  return { access: pbs.access, now: world.now };
}

/** `/datastore/main/home/tier-1` */
export function aclPath(store: string, ns = ''): string {
  return ns === '' ? `/datastore/${store}` : `/datastore/${store}/${ns}`;
}

export function may(call: PbsCall, path: string, ...anyOf: readonly string[]): boolean {
  return mayAny(rightsOf(call.world, call.state), call.caller, path, anyOf);
}

/** The caller of an auth-id, for rights of an owner who is not asking himself. */
export function callerOf(authId: string): Caller {
  const [userId = '', tokenName] = authId.split('!');
  return tokenName === undefined ? { authId, userId } : { authId, userId, tokenName };
}

/** Whether there is a right on any path below. */
export function mayBelow(call: PbsCall, path: string, ...anyOf: readonly string[]): boolean {
  return call.state.access.acl.some((entry) => entry.path.startsWith(`${path}/`) && may(call, entry.path, ...anyOf));
}

export type NamespaceRight = {
  readonly store: string;
  readonly ns: string;
  readonly full: readonly string[];
  readonly own: readonly string[];
};

/** `all` with a right of the first kind, `own` with one of the second (for groups one owns), 403 with neither. */
export function checkNamespace(call: PbsCall, { store, ns, full, own }: NamespaceRight): 'all' | 'own' {
  const path = aclPath(store, ns);
  if (may(call, path, ...full)) return 'all';
  if (may(call, path, ...own)) return 'own';
  return refuse(403, `permission check failed - missing ${[...full, ...own].join('|')} on ${path}`);
}

/** The configuration API's own check for one of the privileges: it says 400. */
export function checkConfig(call: PbsCall, path: string, privileges: readonly string[]): void {
  const has = privilegesOn(rightsOf(call.world, call.state), call.caller, path);
  if (!privileges.some((one) => has.has(one))) refuse(400, `missing permissions '${privileges.join('|')}' on '${path}'`);
}

/** The same one, or a user for its own tokens; no token for its user or for a sibling. */
export function ownedBy(owner: string, authId: string): boolean {
  return owner === authId || owner.startsWith(`${authId}!`);
}

export function checkOwner(call: PbsCall, group: GroupState): void {
  if (!ownedBy(group.owner, call.caller.authId)) refuse(400, `backup owner check failed (${call.caller.authId} != ${group.owner})`);
}

/** The datastore, or 400 where there is none or its maintenance forbids the operation. */
export function datastoreOf(call: PbsCall, store: string, operation: 'read' | 'write'): DatastoreState {
  const datastore = call.state.datastores[store];
  if (!datastore) return refuse(400, `no such datastore '${store}'`);
  const maintenance = maintenanceError(call.state, store, operation);
  if (maintenance !== undefined) refuse(400, maintenance);
  return datastore;
}

export function namespaceOf(datastore: DatastoreState, ns: string): NamespaceState {
  return datastore.namespaces[ns] ?? refuse(400, 'ENOENT: No such file or directory');
}

/** Why a datastore in maintenance refuses, or undefined. */
export function maintenanceError(pbs: PbsState, store: string, operation: 'read' | 'write'): string | undefined {
  const found = maintenanceOf(pbs.datastores[store]);
  if (!found || (found.type === 'read-only' && operation === 'read')) return undefined;
  return `datastore '${store}' is unavailable: ${found.type} maintenance mode${found.message === undefined ? '' : `: ${found.message}`}`;
}

/** `type=offline,message="disk swap"`, or `offline` alone. */
export function maintenanceOf(datastore: DatastoreState | undefined): { type: string; message: string | undefined } | undefined {
  const mode = datastore?.config['maintenance-mode'];
  if (typeof mode !== 'string') return undefined;
  const type = /(?:^|,)(?:type=)?([a-z-]+)(?:,|$)/.exec(mode)?.[1] ?? '';
  return { type, message: /message="?([^"]*)"?/.exec(mode)?.[1] };
}

export type GroupAsked = NamespaceRight & { readonly operation: 'read' | 'write' };

export type GroupFound = {
  readonly datastore: DatastoreState;
  /** Undefined where there is none: what that means is each call's own affair. */
  readonly group: GroupState | undefined;
  /** Its folder on the server. */
  readonly place: string;
};

/** The group a request names, after its rights and the owner's. */
export function groupOf(call: PbsCall, asked: GroupAsked): GroupFound {
  const scope = checkNamespace(call, asked);
  const datastore = datastoreOf(call, asked.store, asked.operation);
  const name = `${call.params.text('backup-type')}/${call.params.text('backup-id')}`;
  const group = datastore.namespaces[asked.ns]?.groups[name];
  const place = `${datastore.config['path']}/${groupPath(asked.ns, name)}`;
  if (scope === 'own' && !group) refuse(400, `unable to read "${place}/owner" - No such file or directory (os error 2)`);
  if (scope === 'own' && group) checkOwner(call, group);
  return { datastore, group, place };
}
