import { ROLES, type Role } from './role.ts';

/** Which groups of somebody else's directory have which role here. */
export type RoleMap = Readonly<Partial<Record<Role, readonly string[]>>>;

/** The highest role that one of the groups has; undefined where none has any: then nobody gets in. Names are compared exactly. */
export function mappedRole(groups: readonly string[], roles: RoleMap): Role | undefined {
  return ROLES.toReversed().find((role) => roles[role]?.some((group) => groups.includes(group)));
}
