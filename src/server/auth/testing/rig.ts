import { makeCredentials } from '../../../credentials.ts';
import { tellingAccounts } from '#app/access-news.ts';
import { addUser } from '#app/access-users.ts';
import { offerSetup } from '#app/access-setup.ts';
import type { AccessPorts } from '#app/access.ts';
import type { Log } from '#app/ports.ts';
import type { AuditEntry } from '#core/memory/record.ts';
import type { Role } from '#core/access/role.ts';
import type { ServerSettings } from '#core/policy/server.ts';
import { volatileAccounts } from '#store/volatile-accounts.ts';
import { makeApi } from '../../api/api.ts';
import type { Api, Route } from '../../api/frame.ts';
import { addSessionRoutes } from '../../api/routes/session.ts';
import { addTokenRoutes } from '../../api/routes/tokens.ts';
import { addUserRoutes } from '../../api/routes/users.ts';
import type { Session } from '../../api/schema/session.ts';
import { makeApp } from '../../app.ts';
import { makeAccess, type Access } from '../access.ts';

export const NOW = 1_795_608_000;
export const PASSWORD = 'correct horse battery';
/** As little work as Argon2 takes: what is tested is not how long a guess takes. */
const QUICK = { memory: 8, passes: 1, parallelism: 1 };

export type Sent = {
  readonly body?: unknown;
  /** Cookies of a browser, kept and sent back. */
  readonly jar?: Jar;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where the connection comes from. */
  readonly from?: string;
};
export type Jar = Map<string, string>;

export type AccessRig = ReturnType<typeof accessRig>;

/** A whole server in this process with the real rules of access, a clock that is set, and accounts that are forgotten. */
export function accessRig(
  given: {
    readonly settings?: Partial<ServerSettings>;
    readonly area?: (api: Api, access: Access, log: Pick<Log, 'warn'>) => void;
    /** Takes the place of every handler. */ readonly stub?: (route: Route) => () => Response;
    /** Called after each act that `tellingAccounts` tells. */ readonly onAct?: () => void;
  } = {},
) {
  const audit: AuditEntry[] = [];
  const logged: string[] = [];
  const clock = { at: NOW, now: () => clock.at };
  const accounts = tellingAccounts(
    volatileAccounts((entry) => void audit.push(entry)),
    () => given.onAct?.(),
  );
  const ports: AccessPorts = { accounts, credentials: makeCredentials(QUICK), clock };
  const settings: ServerSettings = { hosts: [], waitingSeconds: 1800, ...given.settings };
  const access = makeAccess({ ports, settings, host: '127.0.0.1' });
  const log: Pick<Log, 'warn'> = { warn: (message, fields) => void logged.push(`${message} ${JSON.stringify(fields)}`) };
  const { area, stub } = given;
  const through = (api: Api): Api => (stub ? { ...api, route: (spec) => api.route(spec, stub(spec as Route)) } : api);
  const api = makeApi({
    authenticate: access.authenticate,
    guards: access.guards,
    log,
    version: '0.0.0',
    areas: [
      (api) => addSessionRoutes(through(api), access, { version: '0.0.0' }),
      (api) => addUserRoutes(through(api), access),
      (api) => addTokenRoutes(through(api), access),
      ...(area ? [(api: Api) => area(through(api), access, log)] : []),
    ],
  });
  const app = makeApp({
    watching: () => ({ version: '0.0.0', replica: 'one', startedAt: NOW, sites: [] }),
    now: clock.now,
    hint: () => {},
    api,
    everywhere: access.everywhere,
  });

  const ask = async (method: string, path: string, { body, jar, headers = {}, from = '192.0.2.7' }: Sent = {}): Promise<Response> => {
    const cookie = [...(jar ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
    const init = {
      method,
      headers: {
        host: '127.0.0.1:8470',
        ...(cookie === '' ? {} : { cookie }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    const response = await app.request(path, init, { incoming: { socket: { remoteAddress: from } } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') jar?.delete(name);
      else jar?.set(name, value);
    }
    return response;
  };

  /** A local account of that role, by the role's name. */
  const add = async (role: Role, name: string = role): Promise<void> =>
    void (await addUser(ports, 'test', { name, role, password: PASSWORD }));

  /** Logs in as a browser does; what it needs for further requests. */
  const logIn = async (name: string): Promise<{ readonly jar: Jar; readonly headers: { readonly 'x-csrf-token': string } }> => {
    const jar: Jar = new Map();
    const response = await ask('POST', '/api/v1/session', { body: { name, password: PASSWORD }, jar });
    const { csrf } = (await response.json()) as Session;
    if (csrf === undefined) throw new Error(`${name} could not log in: ${response.status}`);
    return { jar, headers: { 'x-csrf-token': csrf } };
  };

  return { ask, add, logIn, audit, logged, clock, ports, app, access, offerSetup: async () => (await offerSetup(ports))! };
}
