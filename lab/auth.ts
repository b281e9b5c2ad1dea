/** Users, tokens, roles and access control lists of one server. Plain data. */
export type Access = {
  users: Record<string, LabUser>;
  acl: AclEntry[];
  /** Role → privileges. */
  roles: Record<string, readonly string[]>;
};

export type LabUser = {
  enabled: boolean;
  expire?: number;
  comment?: string;
  email?: string;
  firstname?: string;
  lastname?: string;
  keys?: string;
  tokens: Record<string, LabToken>;
};

/** `separate: false` (PVE `privsep=0`): the token has its user's rights; otherwise only what both have. */
export type LabToken = { secret: string; separate: boolean; comment?: string; expire?: number };

/** `worksAt`: PBS reads its list anew only every few seconds, so a grant holds a little later. */
export type AclEntry = { path: string; authId: string; role: string; propagate: boolean; worksAt?: number };

export type Caller = {
  /** `root@pam!hf` */
  readonly authId: string;
  /** `root@pam` */
  readonly userId: string;
  /** `hf` */
  readonly tokenName?: string;
};

export type Login = { readonly ok: true; readonly caller: Caller } | { readonly ok: false; readonly reason: 'none' | 'wrong' };

const HEADER = { pve: /^PVEAPIToken[= ]([^@]+@[^!]+)!([^=]+)=(.+)$/, pbs: /^PBSAPIToken[= ]([^@]+@[^!]+)!([^:]+):(.+)$/ } as const;

/** Who is calling, from `Authorization: PVEAPIToken=user@realm!name=secret` or `PBSAPIToken=user@realm!name:secret`. */
export function login(product: 'pve' | 'pbs', access: Access, header: string | undefined): Login {
  const found = HEADER[product].exec(header ?? '');
  if (!found) return { ok: false, reason: 'none' };
  const [, userId = '', tokenName = '', secret] = found;
  const user = access.users[userId];
  const token = user?.tokens[tokenName];
  if (!user?.enabled || !token || token.secret !== secret) return { ok: false, reason: 'wrong' };
  return { ok: true, caller: { authId: `${userId}!${tokenName}`, userId, tokenName } };
}

/** What decides about rights besides the list itself. */
export type Rights = {
  readonly access: Access;
  readonly now: number;
  /** Paths whose entries hold for `path` too: PVE gives a pool's roles to its members. */
  readonly inheritedFrom?: (path: string) => readonly string[];
};

/** Privileges of a token on a path, each with whether it propagates below. A separated token has what it and its user both have. */
export function privilegesOn(rights: Rights, caller: Caller, path: string): ReadonlyMap<string, boolean> {
  const ofUser = ofAuthId(rights, caller.userId, path);
  if (caller.tokenName === undefined) return ofUser;
  const token = rights.access.users[caller.userId]?.tokens[caller.tokenName];
  if (!token) return new Map();
  if (!token.separate) return ofUser;
  const own = ofAuthId(rights, caller.authId, path);
  const both = new Map<string, boolean>();
  for (const [privilege, propagate] of own) {
    const users = ofUser.get(privilege);
    if (users !== undefined) both.set(privilege, propagate && users);
  }
  return both;
}

/** Whether the caller has one of the privileges on the path. */
export function mayAny(rights: Rights, caller: Caller, path: string, privileges: readonly string[]): boolean {
  const has = privilegesOn(rights, caller, path);
  return privileges.some((privilege) => has.has(privilege));
}

/** Entries on a deeper path replace those from above; one that does not propagate holds on its own path only. */
function ofAuthId(rights: Rights, authId: string, path: string): ReadonlyMap<string, boolean> {
  if (authId === 'root@pam') return new Map(everyPrivilege(rights.access).map((privilege) => [privilege, true]));
  let holding: readonly AclEntry[] = [];
  for (const step of stepsTo(path)) {
    const here = rights.access.acl.filter(
      (entry) => entry.authId === authId && entry.path === step && (entry.worksAt ?? 0) <= rights.now && (entry.propagate || step === path),
    );
    if (here.length > 0) holding = here;
  }
  if (holding.some((entry) => entry.role === 'NoAccess')) return new Map();
  const result = new Map<string, boolean>();
  for (const entry of holding) {
    for (const privilege of rights.access.roles[entry.role] ?? [])
      result.set(privilege, (result.get(privilege) ?? false) || entry.propagate);
  }
  for (const other of rights.inheritedFrom?.(path) ?? []) {
    for (const [privilege, propagate] of ofAuthId({ access: rights.access, now: rights.now }, authId, other)) {
      result.set(privilege, (result.get(privilege) ?? false) || propagate);
    }
  }
  return result;
}

function everyPrivilege(access: Access): readonly string[] {
  return [...new Set(Object.values(access.roles).flat())];
}

/** `/datastore/main/home` → `/`, `/datastore`, `/datastore/main`, `/datastore/main/home`. */
function stepsTo(path: string): readonly string[] {
  const parts = path.split('/').filter((part) => part !== '');
  return ['/', ...parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)];
}
