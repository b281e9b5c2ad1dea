import { Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import type { Watching } from '#app/watching.ts';
import { healthOf, readinessOf } from '#app/health.ts';
import type { ApiEnv } from './api/frame.ts';
import { makeHookGuard } from './hooks.ts';
import { metricsText } from './metrics.ts';
import { serveWeb } from './web.ts';

export type AppOptions = {
  readonly watching: () => Watching;
  readonly now: () => number;
  /** Looks soon at one site, or at each. */
  readonly hint: (site?: string) => void;
  /** Part of the path of a webhook; absent: there are no webhooks. */
  readonly hookToken?: string;
  /** Everything below `/api`; absent: there is nothing. */
  readonly api?: Hono<ApiEnv>;
  /** Before everything that a browser may ask for; health, metrics and webhooks are for programs. */
  readonly everywhere?: readonly MiddlewareHandler<ApiEnv>[];
  /** Where the dashboard lies as it is built; absent: there is none. */
  readonly webFolder?: string;
};

/** A notification of PVE or PBS is a few kilobytes, mostly a mail's text. */
const HOOK_BYTES = 64 * 1024;

/** What is asked of a running daemon over HTTP. Nothing here reads a login, changes a server, or shows a secret. */
export function makeApp({ watching, now, hint, hookToken, api, webFolder, everywhere = [] }: AppOptions): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  const guard = makeHookGuard(hookToken, now);
  app.get('/healthz', (c) => {
    const health = healthOf(watching(), now());
    return c.json(health, health.status === 'ok' ? 200 : 503);
  });
  app.get('/readyz', (c) => {
    const readiness = readinessOf(watching(), now());
    return c.json(readiness, readiness.status === 'ok' ? 200 : 503);
  });
  app.get('/metrics', async (c) => {
    const { text, contentType } = await metricsText(watching(), now());
    return c.body(text, 200, { 'content-type': contentType });
  });
  // What the message says is not believed, so that it is not even read: whoever sends it can only make us look.
  app.post('/hooks/:token', bodyLimit({ maxSize: HOOK_BYTES, onError: (c) => c.text('too large\n', 413) }), async (c) => {
    const verdict = guard(c.req.param('token'));
    if (verdict === 'unknown') return c.text('not found\n', 404);
    if (verdict === 'too-many') return c.text('too many requests\n', 429, { 'retry-after': '60' });
    const site = c.req.query('site');
    if (site !== undefined && !watching().sites.some((one) => one.site === site)) return c.text('no such site\n', 404);
    hint(site);
    return c.body(null, 204);
  });
  for (const one of everywhere) app.use('*', one);
  if (api) {
    // The dashboard tells times by this clock: in the lab it runs fast, and a browser's own may be wrong.
    app.use('/api/v1/*', async (c, next) => {
      await next();
      c.header('x-holdfast-now', String(now()));
    });
    app.route('/', api);
  }
  if (webFolder !== undefined) app.get('*', serveWeb(webFolder));
  app.notFound((c) => c.text('not found\n', 404));
  app.onError((error) => {
    if (error instanceof HTTPException) return error.getResponse();
    throw error;
  });
  return app;
}
