/** What a person may do here; each may do what those before it may. */
export const ROLES = ['viewer', 'operator', 'approver', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** What an API token is for; each is what a role may, see `roleOfScope`. */
export const SCOPES = ['read', 'act', 'approve', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Whether a text is the name of a role, letter for letter. */
export function isRole(text: string): text is Role {
  return ROLES.some((role) => role === text);
}

/** Whether `role` may do what needs `needed`. */
export function covers(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** The one that may do less. */
export function lesserRole(a: Role, b: Role): Role {
  return covers(a, b) ? b : a;
}

/** The role whose acts a token of that scope may do: `read` those of a viewer, `act` an operator's, and so on. */
export function roleOfScope(scope: Scope): Role {
  return ROLES[SCOPES.indexOf(scope)]!;
}

/** The scope a token needs where a person needs `role`. */
export function scopeOfRole(role: Role): Scope {
  return SCOPES[ROLES.indexOf(role)]!;
}
