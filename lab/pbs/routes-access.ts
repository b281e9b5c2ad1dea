import { createHash } from 'node:crypto';
import { privilegesOn, type LabUser } from '../auth.ts';
import { answer, refuse, type Route } from '../route.ts';
import { PBS_ROLES } from '../roles.ts';
import { chance } from '../world.ts';
import { callerOf, may, rightsOf, type PbsCall } from './rights.ts';
import * as is from './schemas.ts';
import type { PbsState } from './state.ts';

const NO_TOKENS: LabUser['tokens'] = {};

/** The server reads its list anew only so often: a grant works that much later. */
const GRANT_SECONDS = 5;

function createUser({ state, params }: PbsCall): unknown {
  const id = params.text('userid');
  if (state.access.users[id]) refuse(400, `user '${id}' already exists.`);
  state.access.users[id] = { enabled: params.all['enable'] !== false, tokens: {} };
  return null;
}

function createToken(call: PbsCall): unknown {
  const { state, params, caller, world } = call;
  const userId = params.text('userid');
  const name = params.text('token-name');
  if (caller.authId !== userId && !may(call, '/access/users', 'Permissions.Modify')) refuse(403, 'permission check failed');
  // One may be made for a user that is not there; nobody can use it.
  const user = state.access.users[userId] ?? { tokens: NO_TOKENS };
  if (user.tokens[name]) refuse(400, `token '${name}' for user '${userId}' already exists.`);
  const hex = (digits: number) =>
    chance(world, 16 ** digits)
      .toString(16)
      .padStart(digits, '0');
  const secret = `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(8)}${hex(4)}`;
  user.tokens[name] = { secret, separate: true };
  return { tokenid: `${userId}!${name}`, value: secret };
}

function deleteUser({ state, params }: PbsCall): unknown {
  const id = params.text('userid');
  if (!state.access.users[id]) refuse(400, `user '${id}' does not exist.`);
  // Its entries in the access control list stay behind, as they do on a real one.
  delete state.access.users[id];
  return null;
}

function deleteToken({ state, params }: PbsCall): unknown {
  const user = state.access.users[params.text('userid')];
  const name = params.text('token-name');
  if (!user?.tokens[name]) return refuse(400, `token '${name}' of user '${params.text('userid')}' does not exist.`);
  delete user.tokens[name];
  return null;
}

function updateAcl(call: PbsCall): unknown {
  const { state, params, world, caller } = call;
  const authId = params.optionalText('auth-id');
  if (!may(call, '/access/acl', 'Permissions.Modify')) {
    if (caller.tokenName !== undefined) refuse(400, "Unprivileged API tokens can't set ACL items.");
    if (authId?.startsWith(`${caller.userId}!`) !== true)
      refuse(400, 'Unprivileged users can only set ACL items for their own API tokens.');
  }
  if (params.has('group')) refuse(400, "parameter 'group' - groups are currently not supported.");
  if (authId === undefined) return refuse(400, "missing 'userid' or 'group' parameter.");
  const remove = params.flag('delete');
  const { userId, tokenName } = callerOf(authId);
  const known = state.access.users[userId] && (tokenName === undefined || state.access.users[userId].tokens[tokenName]);
  if (!known && !remove) refuse(400, `no such ${tokenName === undefined ? 'user' : 'API token'}.`);
  const entry = { path: params.text('path'), authId, role: params.text('role') };
  state.access.acl = state.access.acl.filter((one) => !(one.path === entry.path && one.authId === authId && one.role === entry.role));
  if (!remove && !/^\/(?:$|(?:access|datastore|remote|system)(?:\/|$))/.test(entry.path)) refuse(400, `invalid acl path '${entry.path}'.`);
  if (!remove) state.access.acl.push({ ...entry, propagate: params.all['propagate'] !== false, worksAt: world.now + GRANT_SECONDS });
  return null;
}

function readAcl(call: PbsCall): unknown {
  const { state, params, caller } = call;
  const all = may(call, '/access/acl', 'Sys.Audit');
  const path = params.optionalText('path');
  const rows = state.access.acl
    .filter((entry) => all || entry.authId.startsWith(`${caller.authId}!`))
    .filter((entry) => path === undefined || entry.path === path || (!params.flag('exact') && entry.path.startsWith(`${path}/`)))
    .map((entry) => ({ path: entry.path, propagate: entry.propagate, ugid_type: 'user', ugid: entry.authId, roleid: entry.role }));
  return answer(rows, { digest: createHash('sha256').update(JSON.stringify(state.access.acl)).digest('hex') });
}

const ALWAYS_SHOWN = ['/', '/access', '/datastore', '/remote', '/system'];

/** Every path that stands in the list, with what the auth-id has there; nothing where it has nothing. */
function permissions(call: PbsCall): unknown {
  const { state, params, caller, world } = call;
  const authId = params.optionalText('auth-id') ?? caller.authId;
  const own = authId === caller.authId || (caller.tokenName === undefined && authId.startsWith(`${caller.userId}!`));
  if (!own && !may(call, '/access', 'Sys.Audit')) refuse(400, `not allowed to list permissions of ${authId}`);
  const path = params.optionalText('path');
  const paths = path === undefined ? new Set([...ALWAYS_SHOWN, ...state.access.acl.flatMap((entry) => levelsOf(entry.path))]) : [path];
  const result: Record<string, Record<string, boolean>> = {};
  for (const one of paths) {
    const has = privilegesOn(rightsOf(world, state), callerOf(authId), one);
    if (has.size > 0) result[one] = Object.fromEntries(has);
  }
  return result;
}

function levelsOf(path: string): readonly string[] {
  const parts = path.split('/').filter((part) => part !== '');
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
}

const tokenName = { type: 'string', pattern: /^[A-Za-z0-9_][A-Za-z0-9._-]*$/ } as const;
const modify = { all: ['Permissions.Modify'], on: '/access/users' } as const;
const userFields = {
  comment: is.comment,
  enable: is.flag,
  expire: is.count,
  firstname: is.someText,
  lastname: is.someText,
  email: is.someText,
} as const;

export const ACCESS_ROUTES: readonly Route<PbsState>[] = [
  {
    method: 'POST',
    path: '/access/users',
    privilege: modify,
    params: { userid: is.userId, password: { ...is.password, optional: true, minLength: 8, maxLength: 64 }, ...userFields },
    handle: createUser,
  },
  {
    method: 'GET',
    path: '/access/users',
    privilege: 'login',
    params: { include_tokens: is.flag },
    handle: ({ state, caller, params }) =>
      Object.entries(state.access.users)
        .filter(([id]) => id === caller.userId || caller.userId === 'root@pam')
        .map(([userid, user]) => ({
          userid,
          enable: user.enabled,
          ...(params.flag('include_tokens')
            ? { tokens: Object.keys(user.tokens).map((name) => ({ tokenid: `${userid}!${name}`, enable: true })) }
            : {}),
        })),
  },
  {
    method: 'DELETE',
    path: '/access/users/{userid}',
    privilege: modify,
    params: { userid: is.userId, digest: is.digest },
    handle: deleteUser,
  },
  {
    method: 'POST',
    path: '/access/users/{userid}/token/{token-name}',
    privilege: 'inside',
    params: { userid: is.userId, 'token-name': tokenName, comment: is.comment, enable: is.flag, expire: is.count, digest: is.digest },
    handle: createToken,
  },
  {
    method: 'DELETE',
    path: '/access/users/{userid}/token/{token-name}',
    privilege: modify,
    params: { userid: is.userId, 'token-name': tokenName, digest: is.digest },
    handle: deleteToken,
  },
  {
    method: 'PUT',
    path: '/access/acl',
    privilege: 'inside',
    params: {
      path: is.aclPathParam,
      role: { type: 'string', enum: Object.keys(PBS_ROLES) },
      propagate: is.flag,
      'auth-id': is.optional(is.authId),
      group: is.someText,
      delete: is.flag,
      digest: is.digest,
    },
    handle: updateAcl,
  },
  {
    method: 'GET',
    path: '/access/acl',
    privilege: 'login',
    params: { path: is.optional(is.aclPathParam), exact: is.flag },
    handle: readAcl,
  },
  {
    method: 'GET',
    path: '/access/permissions',
    privilege: 'login',
    params: { 'auth-id': is.optional(is.authId), path: is.optional(is.aclPathParam) },
    handle: permissions,
  },
  {
    method: 'GET',
    path: '/access/roles',
    privilege: 'login',
    params: {},
    handle: ({ state }) => Object.entries(state.access.roles).map(([roleid, privs]) => ({ roleid, privs, comment: roleid })),
  },
];
