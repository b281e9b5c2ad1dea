import type { LabToken, LabUser } from '../auth.ts';
import { uuid } from '../chance.ts';
import type { Param } from '../params.ts';
import { refuse, type Call, type Route } from '../route.ts';
import { PVE_PRIVILEGES, PVE_ROLES } from '../roles.ts';
import { checker, must } from './access.ts';
import { MAYBE_COUNT, MAYBE_FLAG, MAYBE_TEXT, TEXT, givenIn } from './params.ts';
import type { PveState } from './state.ts';

const USER_ID: Param = {
  type: 'string',
  maxLength: 64,
  check: (text) => (/^[^\s:/]+@[A-Za-z][A-Za-z0-9.\-_]+$/.test(text) ? undefined : `invalid format - value '${text}' does not look like a valid user name\n`),
}; // prettier-ignore
const TOKEN_NAME: Param = { type: 'string', pattern: /^[A-Za-z][A-Za-z0-9.\-_]+$/ };
const ROLE_ID: Param = {
  type: 'string',
  check: (text) => (/^[A-Za-z0-9.\-_]+$/.test(text) ? undefined : `invalid format - invalid role name '${text}'\n`),
};
const PRIVILEGES: Param = {
  type: 'string',
  optional: true,
  check: (text) => {
    const wrong = words(text).find((one) => !PVE_PRIVILEGES.includes(one));
    return wrong === undefined ? undefined : `invalid format - invalid privilege '${wrong}'\n`;
  },
};

const ABOUT = ['comment', 'email', 'firstname', 'lastname', 'keys'] as const;
const USER = {
  comment: { type: 'string', optional: true, maxLength: 2048 },
  email: { type: 'string', optional: true, maxLength: 254 },
  enable: MAYBE_FLAG,
  expire: MAYBE_COUNT,
  firstname: { type: 'string', optional: true, maxLength: 1024 },
  groups: MAYBE_TEXT,
  keys: { type: 'string', optional: true, pattern: /^[0-9a-zA-Z!=]{0,4096}$/ },
  lastname: { type: 'string', optional: true, maxLength: 1024 },
  userid: USER_ID,
} as const;
const TOKEN = { userid: USER_ID, tokenid: TOKEN_NAME, comment: MAYBE_TEXT, expire: MAYBE_COUNT, privsep: MAYBE_FLAG } as const;
const ROLES = { all: ['Sys.Modify'], on: '/access' } as const;

/** `/access/…`: users, their tokens, roles and the access control list. @see https://pve.proxmox.com/pve-docs/chapter-pveum.html */
export const ACCESS_ROUTES: readonly Route<PveState>[] = [
  { method: 'GET', path: '/access/users', privilege: 'login', params: { enabled: MAYBE_FLAG, full: MAYBE_FLAG }, handle: listUsers },
  {
    method: 'POST',
    path: '/access/users',
    privilege: 'inside',
    params: { ...USER, password: { type: 'string', optional: true, minLength: 8, maxLength: 64 } },
    handle: createUser,
  },
  { method: 'GET', path: '/access/users/{userid}', privilege: 'inside', params: { userid: USER_ID }, handle: oneUser },
  {
    method: 'PUT',
    path: '/access/users/{userid}',
    privilege: 'inside',
    params: { ...USER, append: MAYBE_FLAG },
    handle: (call) => {
      mayChange(call);
      describe(userOf(call), call);
      return null;
    },
  },
  { method: 'DELETE', path: '/access/users/{userid}', privilege: 'inside', params: { userid: USER_ID }, handle: removeUser },
  { method: 'GET', path: '/access/users/{userid}/token', privilege: 'inside', params: { userid: USER_ID }, handle: listTokens },
  {
    method: 'GET',
    path: '/access/users/{userid}/token/{tokenid}',
    privilege: 'inside',
    params: { userid: USER_ID, tokenid: TOKEN_NAME },
    handle: (call) => tokenRow(tokenOf(call)),
  },
  { method: 'POST', path: '/access/users/{userid}/token/{tokenid}', privilege: 'inside', params: TOKEN, handle: createToken },
  {
    method: 'PUT',
    path: '/access/users/{userid}/token/{tokenid}',
    privilege: 'inside',
    params: { ...TOKEN, delete: MAYBE_TEXT },
    handle: changeToken,
  },
  {
    method: 'DELETE',
    path: '/access/users/{userid}/token/{tokenid}',
    privilege: 'inside',
    params: { userid: USER_ID, tokenid: TOKEN_NAME },
    handle: removeToken,
  },
  { method: 'GET', path: '/access/roles', privilege: 'login', params: {}, handle: listRoles },
  { method: 'POST', path: '/access/roles', privilege: ROLES, params: { roleid: ROLE_ID, privs: PRIVILEGES }, handle: createRole },
  { method: 'GET', path: '/access/roles/{roleid}', privilege: 'login', params: { roleid: ROLE_ID }, handle: oneRole },
  {
    method: 'PUT',
    path: '/access/roles/{roleid}',
    privilege: ROLES,
    params: { roleid: ROLE_ID, privs: PRIVILEGES, append: MAYBE_FLAG },
    handle: changeRole,
  },
  { method: 'DELETE', path: '/access/roles/{roleid}', privilege: ROLES, params: { roleid: ROLE_ID }, handle: removeRole },
  { method: 'GET', path: '/access/acl', privilege: 'login', params: {}, handle: readAcl },
  {
    method: 'PUT',
    path: '/access/acl',
    privilege: 'inside',
    params: {
      path: TEXT,
      roles: TEXT,
      users: MAYBE_TEXT,
      tokens: MAYBE_TEXT,
      groups: MAYBE_TEXT,
      propagate: MAYBE_FLAG,
      delete: MAYBE_FLAG,
    },
    handle: changeAcl,
  },
];

function words(text: string | undefined): readonly string[] {
  return (text ?? '').split(/[\s,;]+/).filter(Boolean);
}

function mayChange(call: Call<PveState>): void {
  if (call.caller.authId !== call.params.text('userid')) must(call, '/access/groups', 'User.Modify');
}

function userOf({ state, params }: Call<PveState>): LabUser {
  const id = params.text('userid');
  return state.access.users[id] ?? refuse(500, `no such user ('${id}')`);
}

function tokenOf(call: Call<PveState>): LabToken {
  const name = call.params.text('tokenid');
  return userOf(call).tokens[name] ?? refuse(500, `no such token '${name}' for user '${call.params.text('userid')}'`);
}

/** What is empty is not kept, as in user.cfg. */
function describe(user: LabUser, { params }: Call<PveState>): void {
  if (params.has('enable')) user.enabled = params.flag('enable');
  if (params.has('expire')) user.expire = params.number('expire')!;
  for (const name of ABOUT) {
    const value = params.optionalText(name);
    if (value === '') delete user[name];
    else if (value !== undefined) user[name] = value;
  }
}

function aboutUser(user: LabUser): Record<string, unknown> {
  const known = ABOUT.flatMap((name) => (user[name] === undefined ? [] : [[name, user[name]]]));
  return { enable: user.enabled ? 1 : 0, expire: user.expire ?? 0, ...Object.fromEntries(known) };
}

function listUsers(call: Call<PveState>): unknown {
  const may = checker(call);
  const all = may('/access/groups', 'User.Modify', 'Sys.Audit');
  return Object.entries(call.state.access.users)
    .filter(([id, { enabled }]) => (all || id === call.caller.userId) && (!call.params.has('enabled') || enabled === call.params.flag('enabled')))
    .map(([userid, user]) => ({
      userid,
      'realm-type': userid.endsWith('@pam') ? 'pam' : 'pve',
      ...aboutUser(user),
      ...(call.params.flag('full') ? { groups: '', tokens: tokenRows(user) } : {}),
    })); // prettier-ignore
}

function createUser(call: Call<PveState>): null {
  const { state, params } = call;
  const id = params.text('userid');
  must(call, `/access/realm/${id.split('@').at(-1)}`, 'Realm.AllocateUser');
  must(call, '/access/groups', 'User.Modify');
  if (state.access.users[id]) refuse(500, `create user failed: user '${id}' already exists`);
  const user: LabUser = { enabled: true, tokens: {} };
  describe(user, call);
  state.access.users[id] = user;
  return null;
}

function oneUser(call: Call<PveState>): unknown {
  const { caller, params } = call;
  if (caller.userId !== params.text('userid')) must(call, '/access/groups', 'User.Modify', 'Sys.Audit');
  const user = userOf(call);
  return { ...aboutUser(user), groups: [], tokens: Object.fromEntries(tokenRows(user).map(({ tokenid, ...row }) => [tokenid, row])) };
}

/** Its tokens and all that was granted to it go with it. */
function removeUser(call: Call<PveState>): null {
  mayChange(call);
  userOf(call);
  const id = call.params.text('userid');
  const { access } = call.state;
  delete access.users[id];
  access.acl = access.acl.filter(({ authId }) => authId !== id && !authId.startsWith(`${id}!`));
  return null;
}

function tokenRow({ comment, expire, separate }: LabToken): Record<string, unknown> {
  return { expire: expire ?? 0, privsep: separate ? 1 : 0, ...(comment === undefined ? {} : { comment }) };
}

function tokenRows(user: LabUser): readonly ({ readonly tokenid: string } & Record<string, unknown>)[] {
  return Object.entries(user.tokens).map(([tokenid, token]) => ({ tokenid, ...tokenRow(token) }));
}

function listTokens(call: Call<PveState>): unknown {
  if (call.caller.userId !== call.params.text('userid')) must(call, '/access/groups', 'User.Modify', 'Sys.Audit');
  return tokenRows(userOf(call));
}

/** What was asked for comes back as it came over the wire: flags as text. The secret is told this once. */
function createToken(call: Call<PveState>): unknown {
  mayChange(call);
  const { params, world } = call;
  const user = userOf(call);
  const [id, name] = [params.text('userid'), params.text('tokenid')];
  if (user.tokens[name]) refuse(400, 'Parameter verification failed.', { tokenid: 'Token already exists.' });
  const token: LabToken = { secret: uuid('token', id, name, world.now), separate: params.has('privsep') ? params.flag('privsep') : true };
  if (params.has('expire')) token.expire = params.number('expire')!;
  if (params.has('comment')) token.comment = params.text('comment');
  user.tokens[name] = token;
  const { expire, comment } = token;
  const info = {
    privsep: token.separate ? '1' : '0',
    ...(expire === undefined ? {} : { expire }),
    ...(comment === undefined ? {} : { comment }),
  };
  return { 'full-tokenid': `${id}!${name}`, info, value: token.secret };
}

function changeToken(call: Call<PveState>): unknown {
  mayChange(call);
  const { params } = call;
  const token = tokenOf(call);
  if (params.has('privsep')) token.separate = params.flag('privsep');
  if (params.has('expire')) token.expire = params.number('expire')!;
  if (params.has('comment')) token.comment = params.text('comment');
  if (words(params.optionalText('delete')).includes('comment')) delete token.comment;
  return tokenRow(token);
}

function removeToken(call: Call<PveState>): null {
  mayChange(call);
  tokenOf(call);
  const { access } = call.state;
  const [id, name] = [call.params.text('userid'), call.params.text('tokenid')];
  delete access.users[id]!.tokens[name];
  access.acl = access.acl.filter(({ authId }) => authId !== `${id}!${name}`);
  return null;
}

function listRoles({ state }: Call<PveState>): unknown {
  return Object.entries(state.access.roles).map(([roleid, privileges]) => ({
    roleid,
    privs: [...privileges].sort().join(','),
    special: roleid in PVE_ROLES ? 1 : 0,
  }));
}

function roleOf({ state, params }: Call<PveState>): readonly string[] {
  const id = params.text('roleid');
  return state.access.roles[id] ?? refuse(500, `role '${id}' does not exist`);
}

function oneRole(call: Call<PveState>): unknown {
  return Object.fromEntries(roleOf(call).map((privilege) => [privilege, 1]));
}

function createRole({ state, params }: Call<PveState>): null {
  const id = params.text('roleid');
  if (state.access.roles[id]) refuse(500, `create role failed: role '${id}' already exists`);
  state.access.roles[id] = words(params.optionalText('privs'));
  return null;
}

function changeRole(call: Call<PveState>): null {
  const { state, params } = call;
  const before = params.flag('append') ? roleOf(call) : (roleOf(call), []);
  state.access.roles[params.text('roleid')] = [...new Set([...before, ...words(params.optionalText('privs'))])];
  return null;
}

function removeRole(call: Call<PveState>): null {
  const { access } = call.state;
  const id = call.params.text('roleid');
  roleOf(call);
  if (id in PVE_ROLES) refuse(500, `delete role failed: auto-generated role '${id}' can not be deleted`);
  delete access.roles[id];
  access.acl = access.acl.filter(({ role }) => role !== id);
  return null;
}

function readAcl(call: Call<PveState>): unknown {
  const may = checker(call);
  return call.state.access.acl
    .filter(({ path }) => may('/access', 'Sys.Audit') || may(path, 'Permissions.Modify'))
    .map(({ path, authId, role, propagate }) => ({
      path,
      type: authId.includes('!') ? 'token' : 'user',
      ugid: authId,
      roleid: role,
      propagate: propagate ? 1 : 0,
    }));
}

const PATHS = /^\/(?:$|(?:access|mapping|nodes|pool|sdn|storage|vms)(?:\/|$))/;

function changeAcl(call: Call<PveState>): null {
  const { state, params } = call;
  const { access } = state;
  const path = params.text('path').replace(/(?<=.)\/$/, '');
  if (!PATHS.test(path)) refuse(400, 'Parameter verification failed.', { path: `invalid ACL path '${path}'` });
  must(call, path, 'Permissions.Modify');
  const { users, tokens, groups } = givenIn(params);
  if (users === undefined && tokens === undefined && groups === undefined)
    refuse(400, 'Parameter verification failed.', { users: "either 'users', 'groups' or 'tokens' is required." });
  const authIds = [...words(params.optionalText('users')), ...words(params.optionalText('tokens'))];
  for (const role of words(params.text('roles'))) {
    if (!access.roles[role]) refuse(500, `update ACL failed: role '${role}' does not exist`);
    for (const authId of authIds) {
      const [user = '', token] = authId.split('!');
      const known = access.users[user];
      if (!known) refuse(500, `update ACL failed: user '${user}' does not exist`);
      if (token !== undefined && !known.tokens[token]) refuse(500, `update ACL failed: no such token '${token}' for user '${user}'`);
      access.acl = access.acl.filter((one) => !(one.path === path && one.authId === authId && one.role === role));
      if (!params.flag('delete'))
        access.acl.push({ path, authId, role, propagate: params.has('propagate') ? params.flag('propagate') : true });
    }
  }
  return null;
}
