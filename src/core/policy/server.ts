import { WAITING_SECONDS } from '../access/approve.ts';
import type { RoleMap } from '../access/mapped-role.ts';
import type { SecretRef } from './policy.ts';

/** How the dashboard and the API are reached, and who may get in: `server:` of the policy. Read when `serve` starts. */
export type ServerSettings = {
  /** `https://holdfast.lan`: the address people type, where it differs from the one listened on. */
  readonly publicUrl?: string;
  /** Further names under which it may be asked for. */
  readonly hosts: readonly string[];
  readonly oidc?: OidcSettings;
  readonly proxy?: ProxySettings;
  /** How long the only person who could approve waits before approving an own act that weakens. */
  readonly waitingSeconds: number;
};

/** What holds where the policy says nothing of the server. */
export const DEFAULT_SERVER: ServerSettings = { hosts: [], waitingSeconds: WAITING_SECONDS };

/** Log-in through somebody else's directory, by OpenID Connect. */
export type OidcSettings = {
  readonly issuer: string;
  readonly clientId: string;
  /** Absent for a public client. */
  readonly clientSecret?: SecretRef;
  /** Of the button. */
  readonly label: string;
  readonly scopes: readonly string[];
  /** The claim that becomes the name of the account. */
  readonly nameClaim: string;
  /** The claim that holds the groups, and which role each has here. */
  readonly rolesClaim: string;
  readonly roles: RoleMap;
};

/** A reverse proxy in front. Headers count only where the connection comes from one of `trusted`. */
export type ProxySettings = {
  /** Addresses and networks: `127.0.0.1`, `10.0.0.0/8`. */
  readonly trusted: readonly string[];
  /** The header that names who was let in; absent: the proxy says only how it was reached. */
  readonly header?: string;
  /** The header with their groups, separated by commas; absent: `roles` lists names. */
  readonly groupsHeader?: string;
  readonly roles: RoleMap;
};
