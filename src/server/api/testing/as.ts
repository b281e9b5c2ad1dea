import type { Authenticate, Principal } from '../frame.ts';

/** Takes `Authorization: Bearer ROLE` for a person of that role, and `Bearer ROLE/SCOPE` for a token of such a person. */
export const authenticateAsNamed: Authenticate = async ({ req }) => {
  const [role, scope] = (req.header('authorization') ?? '').replace(/^Bearer /, '').split('/');
  if (!role) return undefined;
  return { name: `the ${role}`, role, via: scope ? 'token' : 'password', ...(scope ? { scope } : {}) } as Principal;
};
