import { z } from 'zod';
import { ACCOUNT_NAME } from '#core/access/account.ts';
import { SHORTEST_PASSWORD } from '#core/access/password.ts';
import { instant } from './common.ts';

/** Each role may do what those before it may. */
export const role = z.enum(['viewer', 'operator', 'approver', 'admin']);
export type RoleName = z.infer<typeof role>;

export const userName = z
  .string()
  .regex(ACCOUNT_NAME, { error: 'a name begins with a letter or a digit and has no more than 100 of letters, digits, spaces and . _ @ -' });
/** One that is too short is told like any other that would be guessed. */
export const password = z
  .string()
  .max(1000)
  .meta({ description: `${SHORTEST_PASSWORD} characters at least, and hard to guess` });

/** GET /api/v1/session: asked first by every page. */
export const session = z.object({
  /** Absent: nobody is logged in. */
  user: z.object({ name: z.string(), role, via: z.enum(['password', 'oidc', 'proxy', 'token']) }).optional(),
  /** No account exists yet: the page asks for the one-time setup secret. */
  setupNeeded: z.boolean(),
  /** The label of the button that logs in through OpenID Connect; absent where there is none. */
  oidc: z.object({ label: z.string() }).optional(),
  /** To be sent back as `X-CSRF-Token` with everything but GET. */
  csrf: z.string().optional(),
  expiresAt: instant.optional(),
  version: z.string(),
});
export type Session = z.infer<typeof session>;

/** What `/?problem=` says where a log-in at the issuer came to nothing. */
export const loginProblem = z.enum(['no-role', 'disabled', 'name-taken', 'refused', 'unreachable']);
export type LoginProblem = z.infer<typeof loginProblem>;

/** POST /api/v1/setup: the first account, an admin. */
export const setupBody = z.object({ secret: z.string().min(1).max(200), name: userName, password });
/** POST /api/v1/session */
export const loginBody = z.object({ name: z.string().min(1).max(100), password: z.string().min(1).max(1000) });

export const user = z.object({
  name: z.string(),
  role,
  /** Accounts that somebody else vouches for have neither password nor role of ours. */
  kind: z.enum(['local', 'oidc', 'proxy']),
  createdAt: instant,
  lastLoginAt: instant.optional(),
  disabled: z.boolean(),
});
export type User = z.infer<typeof user>;
export const newUser = z.object({ name: userName, role, password });
export const userChange = z.object({ role: role.optional(), disabled: z.boolean().optional(), password: password.optional() });
export const ownPassword = z.object({ current: z.string().min(1).max(1000), password });

/** `read`: what a viewer may; `act`: what an operator may; `approve`, `admin` likewise. Never more than its owner's role. */
export const scope = z.enum(['read', 'act', 'approve', 'admin']);
export const apiToken = z.object({
  id: z.string(),
  label: z.string(),
  owner: z.string(),
  scope,
  createdAt: instant,
  expiresAt: instant,
  lastUsedAt: instant.optional(),
});
export type ApiToken = z.infer<typeof apiToken>;
export const newToken = z.object({ label: z.string().min(1).max(100), scope, days: z.int().min(1).max(400) });
/** The secret is shown this once. */
export const madeToken = apiToken.extend({ secret: z.string() });
export type MadeToken = z.infer<typeof madeToken>;
