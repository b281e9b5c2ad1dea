import { assert, asyncProperty, json as anyJson, string, webQueryParameters } from 'fast-check';
import { expect, test } from 'vitest';
import { draws } from '#test/draws.ts';
import { z } from 'zod';
import { StoreError } from '#core/memory/store-error.ts';
import { makeApi } from './api.ts';
import type { Api } from './frame.ts';
import type { Document } from './openapi.ts';
import { refuse } from './problem.ts';
import { problem } from './schema/common.ts';
import { authenticateAsNamed } from './testing/as.ts';

const thing = z.object({ name: z.string() });

function area(api: Api): void {
  const about = { tag: 'Things', summary: 'A thing' } as const;
  api.route({ ...about, method: 'get', path: '/open', role: 'anyone', answer: thing }, () => ({ name: 'open' }));
  api.route(
    { ...about, method: 'get', path: '/things/{id}', role: 'viewer', params: z.object({ id: z.coerce.number().int() }), answer: thing },
    ({ params }) => (params.id === 7 ? { name: 'seven' } : refuse('not-found', { detail: `no thing ${params.id}`, fix: 'count' })),
  );
  api.route(
    {
      ...about,
      method: 'post',
      path: '/things/{id}',
      role: 'operator',
      params: z.object({ id: z.coerce.number().int() }),
      query: z.object({ loud: z.enum(['0', '1']).default('0') }),
      body: thing,
      bodyBytes: 100,
      answer: thing,
      status: 201,
    },
    ({ body, query, principal }) => ({ name: `${body.name} ${query.loud} by ${principal!.name}` }),
  );
  api.route(
    { ...about, method: 'delete', path: '/things/{id}', role: 'admin', scope: 'none', params: z.object({ id: z.string() }) },
    () => undefined,
  );
  api.route({ ...about, method: 'get', path: '/broken', role: 'anyone', answer: thing }, () => {
    throw new Error('a password is swordfish');
  });
  api.route({ ...about, method: 'get', path: '/dark', role: 'anyone', answer: thing }, () => {
    throw new StoreError('full', '/var/lib/holdfast', 'no room');
  });
}

function rig() {
  const logged: string[] = [];
  const log = { warn: (message: string, fields = {}) => void logged.push(`${message} ${JSON.stringify(fields)}`) };
  const app = makeApi({ authenticate: authenticateAsNamed, log, version: '0', areas: [area] });
  const ask = async (path: string, as = '', init: RequestInit = {}) =>
    app.request(path, {
      ...init,
      headers: { ...(as ? { authorization: `Bearer ${as}` } : {}), ...(init.headers as Record<string, string>) },
    });
  return { ask, logged };
}
const json = (body: unknown) => ({ method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });

const ASKED = [
  { name: 'anyone may', path: '/api/v1/open', status: 200, says: 'open' },
  { name: 'nobody is logged in', path: '/api/v1/things/7', status: 401, says: 'Authorization: Bearer' },
  { name: 'a viewer reads', path: '/api/v1/things/7', as: 'viewer', status: 200, says: 'seven' },
  { name: 'an admin reads too', path: '/api/v1/things/7', as: 'admin', status: 200, says: 'seven' },
  { name: 'there is none', path: '/api/v1/things/8', as: 'viewer', status: 404, says: 'no thing 8' },
  { name: 'a field of the path is wrong', path: '/api/v1/things/x', as: 'viewer', status: 400, says: 'path.id: ' },
  {
    name: 'a viewer does not act',
    path: '/api/v1/things/7',
    as: 'viewer',
    init: json({ name: 'a' }),
    status: 403,
    says: 'the viewer is viewer; it takes operator',
  },
  {
    name: 'an operator acts',
    path: '/api/v1/things/7?loud=1',
    as: 'operator',
    init: json({ name: 'a' }),
    status: 201,
    says: 'a 1 by the operator',
  },
  {
    name: 'a token that reads does not act',
    path: '/api/v1/things/7',
    as: 'admin/read',
    init: json({ name: 'a' }),
    status: 403,
    says: 'the token is for \\"read\\"',
  },
  {
    name: 'a token that acts acts',
    path: '/api/v1/things/7',
    as: 'operator/act',
    init: json({ name: 'a' }),
    status: 201,
    says: 'by the operator',
  },
  {
    name: 'a token is no more than its owner',
    path: '/api/v1/things/7',
    as: 'viewer/act',
    init: json({ name: 'a' }),
    status: 403,
    says: 'it takes operator',
  },
  {
    name: 'no token may, whatever its scope',
    path: '/api/v1/things/7',
    as: 'admin/admin',
    init: { method: 'DELETE' },
    status: 403,
    says: 'no token may do this',
  },
  {
    name: 'a field of the query is wrong',
    path: '/api/v1/things/7?loud=2',
    as: 'operator',
    init: json({ name: 'a' }),
    status: 400,
    says: 'query.loud: ',
  },
  {
    name: 'a field of the query is misspelt',
    path: '/api/v1/things/7?lout=1',
    as: 'operator',
    init: json({ name: 'a' }),
    status: 400,
    says: 'lout',
  },
  {
    name: 'a field of the body is wrong',
    path: '/api/v1/things/7',
    as: 'operator',
    init: json({ name: 7 }),
    status: 400,
    says: 'body.name: ',
  },
  {
    name: 'a field of the body is misspelt',
    path: '/api/v1/things/7',
    as: 'operator',
    init: json({ name: 'a', nam: 'b' }),
    status: 400,
    says: 'nam',
  },
  {
    name: 'the body is torn',
    path: '/api/v1/things/7',
    as: 'operator',
    init: { ...json(''), body: '{' },
    status: 400,
    says: 'body: this is no JSON',
  },
  {
    name: 'the body is a form',
    path: '/api/v1/things/7',
    as: 'operator',
    init: { method: 'POST', body: new URLSearchParams({ name: 'a' }) },
    status: 415,
    says: 'application/json',
  },
  {
    name: 'the body is large',
    path: '/api/v1/things/7',
    as: 'operator',
    init: json({ name: 'a'.repeat(100) }),
    status: 413,
    says: 'at most 100 bytes',
  },
  {
    name: 'another method',
    path: '/api/v1/things/7',
    as: 'admin',
    init: { method: 'PUT' },
    status: 405,
    says: 'takes GET, POST, DELETE, not PUT',
  },
  { name: 'another path', path: '/api/v1/thing', as: 'admin', status: 404, says: '/api/v1/thing is nothing here' },
  { name: 'another version', path: '/api/v2/things/7', as: 'admin', status: 404, says: '/api/v2/things/7 is nothing here' },
  { name: 'the memory is gone', path: '/api/v1/dark', status: 503, says: 'make room where the database lies' },
];
for (const { name, path, as, init, status, says } of ASKED) {
  test(`frame: ${name}`, async () => {
    const response = await rig().ask(path, as, init);
    const text = await response.text();
    expect([response.status, text]).toEqual([status, expect.stringContaining(says)]);
    if (status < 400) return;
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(problem.parse(JSON.parse(text)).status).toBe(status);
  });
}

test('frame: a mistake of ours is answered without a word of its inside, and logged with it', async () => {
  const { ask, logged } = rig();
  const response = await ask('/api/v1/broken');
  expect([response.status, await response.text()]).toEqual([500, expect.not.stringContaining('swordfish')]);
  expect(logged).toEqual([expect.stringContaining('swordfish')]);
});

test('frame: an answer that did not change is not sent again, also where a proxy weakened its tag', async () => {
  const { ask } = rig();
  const first = await ask('/api/v1/open');
  const etag = first.headers.get('etag')!;
  expect(first.headers.get('cache-control')).toBe('private, no-cache');
  for (const tag of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
    const again = await ask('/api/v1/open', '', { headers: { 'if-none-match': tag } });
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
  }
  expect((await ask('/api/v1/open', '', { headers: { 'if-none-match': '"x"' } })).status).toBe(200);
});

test('frame: what acts is never kept, and one that has nothing to say says 204', async () => {
  const { ask } = rig();
  expect((await ask('/api/v1/things/7', 'operator', json({ name: 'a' }))).headers.get('cache-control')).toBe('no-store');
  const gone = await ask('/api/v1/things/7', 'admin', { method: 'DELETE' });
  expect([gone.status, await gone.text()]).toEqual([204, '']);
});

test('frame: the document has every route, its role, and what is asked and answered', async () => {
  const { ask } = rig();
  const document = (await (await ask('/api/openapi.json')).json()) as Document;
  expect(document.openapi).toBe('3.1.0');
  expect(Object.entries(document.paths).map(([path, methods]) => `${path}: ${Object.keys(methods as object).join(' ')}`)).toEqual([
    '/api/v1/open: get',
    '/api/v1/things/{id}: get post delete',
    '/api/v1/broken: get',
    '/api/v1/dark: get',
  ]);
  const { post, delete: remove } = document.paths['/api/v1/things/{id}']!;
  expect(post!['x-role']).toBe('operator');
  expect(post!.parameters).toEqual([
    { name: 'id', in: 'path', required: true, schema: expect.objectContaining({ type: 'integer' }) },
    { name: 'loud', in: 'query', required: false, schema: { type: 'string', enum: ['0', '1'], default: '0' } },
  ]);
  expect(post!.responses['201']!.content!['application/json']!.schema.properties!['name']).toEqual({ type: 'string' });
  expect(remove!.security).toEqual([{ session: [] }]);
});

test('frame: the page for people names every route, has no script and asks nobody else', async () => {
  const { ask } = rig();
  const response = await ask('/api/docs');
  const page = await response.text();
  for (const path of ['/api/v1/open', '/api/v1/things/{id}', '/api/v1/broken']) expect(page).toContain(`<code>${path}</code>`);
  expect(page).not.toMatch(/<script|style=|https?:|javascript:| on\w+=/);
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect((await ask('/api/docs.css')).headers.get('content-type')).toBe('text/css; charset=utf-8');
});

test('frame: whatever is sent, nothing is a mistake of ours', async () => {
  const { ask } = rig();
  await assert(
    asyncProperty(string({ unit: 'binary' }), webQueryParameters(), anyJson(), async (id, query, body) => {
      const init = { method: 'POST', body, headers: { 'content-type': 'application/json' } };
      const response = await ask(`/api/v1/things/${encodeURIComponent(id)}?${query}`, 'operator', init);
      expect(response.status).toBeLessThan(500);
    }),
    draws(100),
  );
});
