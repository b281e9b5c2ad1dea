import { Hono, type Context, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { z } from 'zod';
import type { Log } from '#app/ports.ts';
import { covers, roleOfScope, scopeOfRole, type Scope } from '#core/access/role.ts';
import { answerWith, type Prepared } from './answer.ts';
import { explain, isRefused, malformed, problemResponse, refuse, type Refused } from './problem.ts';
import type { RoleName } from './schema/session.ts';

/** Whom a request is from. */
export type Principal = {
  /** Stands in the audit log as who did it. */
  readonly name: string;
  readonly role: RoleName;
  readonly via: 'password' | 'oidc' | 'proxy' | 'token';
  /** Of a token: what it was made for, never more than its owner's role. */
  readonly scope?: Scope;
};

export type ApiEnv = { Variables: { principal?: Principal } };
export type ApiContext = Context<ApiEnv>;

/** Whom a request is from; undefined: nobody known. */
export type Authenticate = (context: ApiContext) => Promise<Principal | undefined>;

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

type Fields = z.ZodObject | undefined;
type Body = z.ZodType | undefined;
type Given<T extends z.ZodType | undefined> = T extends z.ZodType ? z.output<T> : undefined;

/** One route as it is declared: everything that the document, the authorisation table and the checks are made from. */
export type Route<P extends Fields = Fields, Q extends Fields = Fields, B extends Body = Body, A extends Body = Body> = {
  readonly method: Method;
  /** Below `/api/v1`: `/guests/{site}/{vmid}`. */
  readonly path: `/${string}`;
  /** The least role that may. */
  readonly role: 'anyone' | RoleName;
  /** What a token must be made for; as its role says where absent. `none`: no token may. */
  readonly scope?: Scope | 'none';
  readonly tag: string;
  /** One line. */
  readonly summary: string;
  readonly description?: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly bodyBytes?: number;
  /** `events`: a stream of them. Absent: nothing is answered but that it is done (204). */
  readonly answer?: A | 'events';
  /** 200 where absent, or 204 where nothing is answered. 302: the handler's own response sends the browser elsewhere. */
  readonly status?: 200 | 201 | 202 | 302;
  /** How long an answer may be used again without asking; `no-cache` (ask each time, by ETag) for a GET where absent. */
  readonly cache?: 'no-store';
};

export type Asked<P extends Fields, Q extends Fields, B extends Body> = {
  readonly params: Given<P>;
  readonly query: Given<Q>;
  readonly body: Given<B>;
  /** Undefined only where the route is for anyone and nobody is logged in. */
  readonly principal: Principal | undefined;
  readonly context: ApiContext;
  /** For an answer that goes on: whether who asked may still; `false` also while nobody can say, for the memory does not answer. */
  readonly mayStill: () => Promise<boolean>;
};

/** The value that the schema of the answer describes, its bytes made before, a refusal, or a whole response of the handler's own. */
export type Answered<A extends Body> = (A extends z.ZodType ? z.input<A> : undefined) | Prepared | Refused | Response;

export type Api = {
  readonly app: Hono<ApiEnv>;
  /** Each route in the order declared. */
  readonly routes: readonly Route[];
  readonly route: <P extends Fields = undefined, Q extends Fields = undefined, B extends Body = undefined, A extends Body = undefined>(
    spec: Route<P, Q, B, A>,
    handle: (asked: Asked<P, Q, B>) => Promise<Answered<A>> | Answered<A>,
  ) => void;
};

export type ApiOptions = {
  readonly authenticate: Authenticate;
  /** Before every route, after the principal is known: `context.get('principal')`. */
  readonly guards?: readonly MiddlewareHandler<ApiEnv>[];
  readonly log: Pick<Log, 'warn'>;
};

export const API_BASE = '/api/v1';
const BODY_BYTES = 64 * 1024;

/**
 * The frame of `/api/v1`. A route is declared once; from its declaration come the check of who may, of what is asked, the document and the table of
 * tests. Whatever goes wrong is answered as problem+json: a mistake of ours without a word of its inside, which is logged.
 */
export function makeFrame({ authenticate, guards = [], log }: ApiOptions): Api {
  const app = new Hono<ApiEnv>();
  const routes: Route[] = [];
  app.use(`${API_BASE}/*`, async (context, next) => {
    const principal = await authenticate(context);
    if (principal) context.set('principal', principal);
    await next();
  });
  for (const guard of guards) app.use(`${API_BASE}/*`, guard);
  app.onError((error, context) => {
    const told = explain(error);
    if (told) return problemResponse(told);
    log.warn('a request broke', { method: context.req.method, path: context.req.path, because: String(error), stack: error.stack });
    return problemResponse(
      refuse('bug', { detail: 'the log of the daemon says more', fix: 'try again; where it stays, report it with that log' }),
    );
  });

  return {
    app,
    routes,
    route: (spec, handle) => {
      routes.push(spec);
      const limit = bodyLimit({
        maxSize: spec.bodyBytes ?? BODY_BYTES,
        onError: () => problemResponse(refuse('too-large', { detail: `at most ${spec.bodyBytes ?? BODY_BYTES} bytes are taken` })),
      });
      app.on(spec.method.toUpperCase(), [honoPath(spec.path)], limit, async (context) => {
        const principal = context.get('principal');
        const barred = whoMay(spec, principal);
        if (barred) return problemResponse(barred);
        const read = await readRequest(spec, context);
        if (isRefused(read)) return problemResponse(read);
        const mayStill = async (): Promise<boolean> => whoMay(spec, await authenticate(context).catch(nobody)) === undefined;
        const given = read as Pick<Asked<never, never, never>, 'params' | 'query' | 'body'>;
        const answer = await handle({ ...given, principal, context, mayStill });
        if (isRefused(answer)) return problemResponse(answer);
        return answerWith(context, spec, answer);
      });
    },
  };
}

function nobody(error: unknown): undefined {
  if (!explain(error)) throw error;
}

/** `/api/v1/guests/:site/:vmid` */
function honoPath(path: string): string {
  return `${API_BASE}${path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
}

/** What is answered to a path below `/api` that no route took: another method than it has, or nothing of that name. */
export function noRoute(routes: readonly Route[], { method, path }: { readonly method: string; readonly path: string }): Response {
  const here = routes.filter((route) => patternOf(route.path).test(path)).map((route) => route.method.toUpperCase());
  if (here.length === 0)
    return problemResponse(refuse('not-found', { detail: `${path} is nothing here`, fix: 'see what is:\n    /api/docs' }));
  return problemResponse(refuse('no-such-method', { detail: `${path} takes ${here.join(', ')}, not ${method}` }), {
    allow: here.join(', '),
  });
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${API_BASE}${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`);
}

/** Why this principal may not ask for this route; undefined where it may. */
export function whoMay({ role, scope }: Pick<Route, 'role' | 'scope'>, principal: Principal | undefined): Refused | undefined {
  if (role === 'anyone') return undefined;
  if (!principal) return refuse('not-logged-in', { fix: 'log in, or send a token: Authorization: Bearer …' });
  if (!covers(principal.role, role))
    return refuse('forbidden', {
      detail: `${principal.name} is ${principal.role}; it takes ${role}`,
      fix: 'ask somebody who may, or an admin for the role',
    });
  if (principal.via !== 'token') return undefined;
  const needed = scope ?? scopeOfRole(role);
  if (needed === 'none') return refuse('forbidden', { detail: 'no token may do this', fix: 'log in yourself' });
  if (principal.scope !== undefined && covers(roleOfScope(principal.scope), roleOfScope(needed))) return undefined;
  return refuse('forbidden', {
    detail: `the token is for "${principal.scope ?? 'nothing'}"; it takes "${needed}"`,
    fix: 'make a token with that scope',
  });
}

async function readRequest(
  { params, query, body }: Route,
  { req }: ApiContext,
): Promise<Refused | { readonly params: unknown; readonly query: unknown; readonly body: unknown }> {
  const named = params?.safeParse(req.param());
  if (named && !named.success) return malformed('path', named.error);
  const asked = query?.strict().safeParse(req.query());
  if (asked && !asked.success) return malformed('query', asked.error);
  const sent = body && (await readBody(body, req));
  if (isRefused(sent)) return sent;
  return { params: named?.data, query: asked?.data, body: sent?.data };
}

async function readBody(body: z.ZodType, req: ApiContext['req']): Promise<Refused | { readonly data: unknown }> {
  if (!/^application\/json\s*(;|$)/i.test(req.header('content-type') ?? ''))
    return refuse('not-json', { detail: 'send the body with Content-Type: application/json' });
  const text = await req.text();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse('bad-request', { detail: 'body: this is no JSON', fix: 'see what is taken here:\n    /api/docs' });
  }
  const parsed = ('strict' in body && typeof body.strict === 'function' ? (body as z.ZodObject).strict() : body).safeParse(value);
  return parsed.success ? { data: parsed.data } : malformed('body', parsed.error);
}
