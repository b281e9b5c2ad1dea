import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NOW } from '#test/make.ts';
import { makeApp } from './app.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-web-'));
  mkdirSync(join(folder, 'dist/assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'swordfish');
  const files = {
    'index.html': '<p>entry',
    'icon.svg': '<svg/>',
    'assets/main-a1.js': 'plain',
    'assets/main-a1.js.br': 'brotli',
    'assets/main-a1.js.gz': 'gzip',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'dist', name), text);
});
afterAll(() => rmSync(folder, { recursive: true }));

const watching = () => ({ version: '0', replica: 'one', startedAt: NOW, sites: [] });
const ask = async (path: string, headers = {}, webFolder = join(folder, 'dist')) =>
  makeApp({ watching, now: () => NOW, hint: () => {}, webFolder }).request(path, { headers });

const ASKED = [
  { path: '/', says: '<p>entry', type: 'text/html; charset=utf-8', cache: 'no-cache' },
  { path: '/guests/home/101', says: '<p>entry', type: 'text/html; charset=utf-8', cache: 'no-cache' },
  { path: '/icon.svg', says: '<svg/>', type: 'image/svg+xml', cache: 'no-cache' },
  { path: '/assets/main-a1.js', says: 'plain', type: 'text/javascript; charset=utf-8', cache: 'public, max-age=31536000, immutable' },
];
for (const { path, says, type, cache } of ASKED) {
  test(`the dashboard: ${path}`, async () => {
    const response = await ask(path);
    expect([response.status, await response.text(), response.headers.get('content-type'), response.headers.get('cache-control')]).toEqual([
      200,
      says,
      type,
      cache,
    ]);
    const etag = response.headers.get('etag')!;
    expect((await ask(path, { 'if-none-match': etag })).status).toBe(304);
  });
}

const NOTHING = ['/assets/gone.js', '/api/v1/overview', '/hooks/x', '/metrics/x'];
for (const path of NOTHING) {
  test(`the dashboard: ${path} is no page`, async () => expect((await ask(path)).status).toBe(404));
}

const ELSEWHERE = [
  '/../secret.txt',
  '/%2e%2e/secret.txt',
  '/..%2fsecret.txt',
  '/assets/../../secret.txt',
  '/assets/..%5c..%5csecret.txt',
  '//secret.txt',
];
for (const path of ELSEWHERE) {
  test(`the dashboard: ${path} leads nowhere else`, async () => expect(await (await ask(path)).text()).not.toContain('swordfish'));
}

test('the dashboard: what was packed before is sent packed, to whom it can read', async () => {
  const encodings = { 'br, gzip': 'br', 'gzip;q=0.5, deflate': 'gzip', deflate: null };
  for (const [accepted, encoding] of Object.entries(encodings)) {
    const response = await ask('/assets/main-a1.js', { 'accept-encoding': accepted });
    expect(response.headers.get('content-encoding')).toBe(encoding);
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  }
});

test('the dashboard: where it is not built a page says what to do, and metrics are there all the same', async () => {
  const response = await ask('/', {}, join(folder, 'nowhere'));
  expect([response.status, await response.text()]).toEqual([503, expect.stringContaining('node scripts/run.mjs web')]);
  expect((await ask('/metrics', {}, join(folder, 'nowhere'))).status).toBe(200);
});
