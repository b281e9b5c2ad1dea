import { login, privilegesOn, type Access, type Caller, type Rights } from './auth.ts';
import { decodeParams, type RawParams } from './params.ts';
import { Refusal, type Privilege, type Route } from './route.ts';
import { notLoggedInAnswer, parameterMessage, refusalAnswer, successAnswer, type Product, type WireAnswer } from './wire.ts';
import type { World } from './world.ts';

/** One server of the lab: its routes over its part of the world. */
export type Site<S> = {
  readonly product: Product;
  readonly name: string;
  readonly routes: readonly Route<S>[];
  readonly state: () => S & { readonly access: Access };
  readonly inheritedFrom: (path: string) => readonly string[];
  /** Whether a server of its version has an endpoint, or a parameter of it. Absent: it has all. */
  readonly has?: (state: S, endpoint: string, parameter?: string) => boolean;
};

export type Request = {
  readonly method: string;
  /** Below `/api2/json`, not decoded. */
  readonly path: string;
  readonly authorization: string | undefined;
  /** What the client calls itself. */
  readonly agent?: string | undefined;
  readonly params: RawParams;
};

/** Everything that was asked and answered, for tests that hold it against the official schema. */
export type Exchange = {
  readonly product: Product;
  readonly method: string;
  /** The route's pattern; absent where no route was found. */
  readonly route?: string;
  readonly params: RawParams;
  /** What the client calls itself; absent where it does not say. */
  readonly agent?: string;
  readonly status: number;
  /** Of a success. */
  readonly data?: unknown;
};

/** Whoever wants to see each exchange of every lab in this process. */
export const exchangeWatchers = new Set<(exchange: Exchange) => void>();

/** Answers one request: login, route, rights, parameters, handler, in the order of the real servers. Never throws a refusal. */
export function dispatch<S>(world: World, site: Site<S>, request: Request): WireAnswer {
  const outcome = decide(world, site, request);
  const who = request.agent === undefined ? {} : { agent: request.agent };
  for (const watch of exchangeWatchers) watch({ ...outcome.exchange, ...who, product: site.product, method: request.method });
  return outcome.answer;
}

type Outcome = { readonly answer: WireAnswer; readonly exchange: Omit<Exchange, 'product' | 'method' | 'agent'> };

function decide<S>(world: World, site: Site<S>, request: Request): Outcome {
  const state = site.state();
  const who = login(site.product, state.access, request.authorization);
  const known = findRoute(site.routes, request);
  const has = (parameter?: string): boolean => !known || !site.has || site.has(state, `${request.method} ${known.route.path}`, parameter);
  const found = has() ? known : undefined;
  if (!who.ok && found?.route.privilege !== 'anyone') {
    return { answer: notLoggedInAnswer(site.product, who.reason), exchange: { params: request.params, status: 401 } };
  }
  if (!found) return refused(site, request, new Refusal(...unknownPath(site, request)));
  const { route, pathParams } = found;
  const caller: Caller = who.ok ? who.caller : { authId: 'nobody', userId: 'nobody' };
  const params: RawParams = new Map([...request.params, ...pathParams]);
  try {
    const rights: Rights = { access: state.access, now: world.now, inheritedFrom: site.inheritedFrom };
    checkPrivilege(site.product, rights, { caller, privilege: route.privilege, pathParams });
    const schema = site.has ? Object.fromEntries(Object.entries(route.params).filter(([name]) => has(name))) : route.params;
    const decoded = decodeParams(site.product, schema, params);
    if (!decoded.ok) {
      const bare = Object.keys(decoded.errors).find((name) => route.params[name]?.bare);
      throw new Refusal(
        400,
        bare === undefined ? parameterMessage(site.product, decoded.errors) : (decoded.errors[bare] ?? ''),
        decoded.errors,
      );
    }
    const data = route.handle({ world, state, caller, params: decoded.values });
    return { answer: successAnswer(data), exchange: { route: route.path, params, status: 200, data } };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return refused(site, { ...request, params }, error, route.path);
  }
}

function refused<S>(site: Site<S>, request: Request, refusal: Refusal, route?: string): Outcome {
  const known = route === undefined ? {} : { route };
  return { answer: refusalAnswer(site.product, refusal), exchange: { ...known, params: request.params, status: refusal.status } };
}

/** PVE calls everything it does not know 501. PBS 404; what PBS has and the lab has not built is 501 here too. */
function unknownPath<S>(site: Site<S>, request: Request): [number, string] {
  if (site.product === 'pve') return [501, `Method '${request.method} ${request.path}' not implemented`];
  const section = request.path.split('/')[1] ?? '';
  const given = partsOf(request.path);
  const methods = site.routes.some((route) => matchPath(route.path, given));
  if (methods || !site.routes.some((route) => route.path.split('/')[1] === section))
    return [404, `Path '/api2/json${request.path}' not found.`];
  return [501, `the lab has not built '${request.method} ${request.path}'`];
}

function findRoute<S>(routes: readonly Route<S>[], request: Request) {
  const given = partsOf(request.path);
  for (const route of routes) {
    if (route.method !== request.method) continue;
    const pathParams = matchPath(route.path, given);
    if (pathParams) return { route, pathParams };
  }
  return undefined;
}

/** Slashes that say nothing are overlooked: https://git.proxmox.com/?p=pve-common.git;a=blob;f=src/PVE/RESTHandler.pm (find_handler) */
function partsOf(path: string): readonly string[] {
  return path
    .replaceAll(/\/+/g, '/')
    .replace(/(?<=.)\/$/, '')
    .split('/');
}

/** The decoded path parameters, or undefined where the path is another one. */
function matchPath(pattern: string, given: readonly string[]): ReadonlyMap<string, readonly string[]> | undefined {
  const wanted = pattern.split('/');
  if (wanted.length !== given.length) return undefined;
  const found = new Map<string, readonly string[]>();
  for (const [index, part] of wanted.entries()) {
    const here = given[index] ?? '';
    if (part.startsWith('{')) found.set(part.slice(1, -1), [decodeURIComponent(here)]);
    else if (part !== here) return undefined;
  }
  return found;
}

type Asked = { readonly caller: Caller; readonly privilege: Privilege; readonly pathParams: ReadonlyMap<string, readonly string[]> };

function checkPrivilege(product: Product, rights: Rights, { caller, privilege, pathParams }: Asked): void {
  if (typeof privilege === 'string') return;
  const path = privilege.on.replaceAll(/\{([^}]+)\}/g, (_, name: string) => pathParams.get(name)?.[0] ?? '');
  const has = privilegesOn(rights, caller, path);
  const enough = 'any' in privilege ? privilege.any.some((one) => has.has(one)) : privilege.all.every((one) => has.has(one));
  if (enough) return;
  const wanted = 'any' in privilege ? privilege.any.join('|') : privilege.all.join(', ');
  throw new Refusal(403, product === 'pve' ? `Permission check failed (${path}, ${wanted})` : 'permission check failed');
}
