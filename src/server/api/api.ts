import type { Hono } from 'hono';
import { docsPage, DOCS_CSS } from './docs-page.ts';
import { makeFrame, noRoute, type Api, type ApiEnv, type ApiOptions } from './frame.ts';
import { makeDocument } from './openapi.ts';
import { answerWith, prepare } from './answer.ts';

export type ApiParts = ApiOptions & {
  readonly version: string;
  /** Each declares the routes of one area. */
  readonly areas: readonly ((api: Api) => void)[];
};

/** `/api/v1` with its document and the page made from it, to be mounted at the root. Other paths below `/api` are answered here too: there is no such thing. */
export function makeApi({ version, areas, ...options }: ApiParts): Hono<ApiEnv> {
  const api = makeFrame(options);
  for (const area of areas) area(api);
  const { app, routes } = api;
  const document = makeDocument(routes, version);
  const bytes = prepare(document);
  const page = docsPage(document);
  app.get('/api/openapi.json', (context) => answerWith(context, { method: 'get' }, bytes));
  app.get('/api/docs', (context) => context.html(page, 200, DOCS_HEADERS));
  app.get('/api/docs.css', (context) =>
    context.body(DOCS_CSS, 200, { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'public, max-age=3600' }),
  );
  app.all('/api/*', ({ req }) => noRoute(routes, req));
  return app;
}

const DOCS_HEADERS = {
  'content-security-policy': "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};
