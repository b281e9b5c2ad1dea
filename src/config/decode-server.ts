import { WAITING_SECONDS } from '#core/access/approve.ts';
import type { RoleMap } from '#core/access/mapped-role.ts';
import { ROLES } from '#core/access/role.ts';
import type { OidcSettings, ProxySettings, ServerSettings } from '#core/policy/server.ts';
import { duration, map, optionalMap, present, secret, several, text, texts, type Plain } from './plain.ts';

/** `server:` of a policy; what has not the right shape is left out, for a finding has said so. */
export function decodeServer(value: unknown): ServerSettings | undefined {
  const server = optionalMap(value);
  if (!server) return undefined;
  return {
    hosts: texts(server['hosts']) ?? [],
    waitingSeconds: duration(server['waiting']) ?? WAITING_SECONDS,
    ...present({
      publicUrl: text(server['publicUrl']),
      oidc: optionalMap(server['oidc']) && decodeOidc(map(server['oidc'])),
      proxy: optionalMap(server['proxy']) && decodeProxy(map(server['proxy'])),
    }),
  };
}

function decodeOidc(oidc: Plain): OidcSettings {
  const roles = map(oidc['roles']);
  return {
    issuer: text(oidc['issuer']) ?? '',
    clientId: text(oidc['clientId']) ?? '',
    label: text(oidc['label']) ?? 'Log in with OpenID Connect',
    scopes: texts(oidc['scopes']) ?? ['profile', 'email'],
    nameClaim: text(oidc['name']) ?? 'preferred_username',
    rolesClaim: text(roles['claim']) ?? 'groups',
    roles: decodeRoles(roles),
    ...present({ clientSecret: secret(oidc['clientSecret']) }),
  };
}

function decodeProxy(proxy: Plain): ProxySettings {
  return {
    trusted: texts(proxy['trusted']) ?? [],
    roles: decodeRoles(map(proxy['roles'])),
    ...present({ header: text(proxy['header']), groupsHeader: text(proxy['groupsHeader']) }),
  };
}

function decodeRoles(roles: Plain): RoleMap {
  return Object.fromEntries(ROLES.flatMap((role) => (roles[role] === undefined ? [] : [[role, texts(several(roles[role])) ?? []]])));
}
