import type { RoleMap } from '../access/mapped-role.ts';
import type { Finding } from '../finding.ts';
import type { DraftPolicy } from './draft.ts';

/** What makes no sense in `server:`: a way in that lets nobody in, and one that lets anybody be anybody. */
export function checkServer({ server }: DraftPolicy): Finding[] {
  const { oidc, proxy } = server ?? {};
  const byHeader = proxy?.header !== undefined;
  return [
    ...(oidc && isEmpty(oidc.roles) ? [nobody('server.oidc.roles', 'OpenID Connect')] : []),
    ...(byHeader && isEmpty(proxy.roles) ? [nobody('server.proxy.roles', 'the header of the proxy')] : []),
    ...(proxy && !byHeader && (proxy.groupsHeader !== undefined || !isEmpty(proxy.roles)) ? [headless()] : []),
    ...(proxy?.trusted ?? []).flatMap((one, i) => (/\/0+$/.test(one) ? [anybody(i, one)] : [])),
  ];
}

function isEmpty(roles: RoleMap): boolean {
  return Object.values(roles).every((groups) => groups.length === 0);
}

function nobody(at: string, way: string): Finding {
  return {
    severity: 'error',
    code: 'HF-SERVER-ROLES',
    at,
    problem: `No group has a role by ${way}`,
    why: 'nobody could log in that way',
    fix: 'say which group may what:\n    roles: { admin: [holdfast-admins], viewer: [staff] }',
  };
}

function headless(): Finding {
  return {
    severity: 'error',
    code: 'HF-SERVER-ROLES',
    at: 'server.proxy',
    problem: 'The proxy has roles to give, and no header that says to whom',
    why: 'nobody could log in that way',
    fix: 'name the header:\n    header: Remote-User',
  };
}

function anybody(index: number, network: string): Finding {
  return {
    severity: 'error',
    code: 'HF-SERVER-TRUSTED',
    at: `server.proxy.trusted.${index}`,
    problem: `"${network}" trusts the headers of every address`,
    why: 'anybody could say who they are, and from where they come',
    fix: 'name the address of the proxy:\n    trusted: ["127.0.0.1"]',
  };
}
