import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import type { Context } from 'hono';

type File = {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
  readonly etag: string;
  readonly packed: Readonly<Record<string, Uint8Array<ArrayBuffer>>>;
};

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

/** Encodings a file may be packed in beside it, best first. */
const PACKED = { br: '.br', gzip: '.gz' } as const;

const ASSETS = '/assets/';
const ENTRY = '/index.html';

/** Paths that belong to others: there a page would be taken for an answer. */
const NOT_PAGES = /^\/(?:api|hooks|assets|metrics|healthz|readyz)(?:\/|$)/;

const NOT_BUILT = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Holdfast</title></head>
<body><h1>Holdfast runs, and its dashboard is not built</h1>
<p>Sites are watched and people are told all the same. To build the dashboard, in Holdfast's folder:</p>
<pre>node scripts/run.mjs web</pre>
<p>and load this page again. What can be asked without it: <a href="/api/docs">the API</a>, <a href="/metrics">metrics</a>, <a href="/readyz">health</a>.</p>
</body></html>
`;

/**
 * The dashboard's files from `folder`, which is read once, and anew while it is not there. Only files that lie there are served, whatever the path says;
 * those named by their content may be kept for ever. Every other path is the application's own: it gets the entry page.
 */
export function serveWeb(folder: string): (context: Context) => Promise<Response> {
  let read: Promise<ReadonlyMap<string, File>> | undefined;

  async function files(): Promise<ReadonlyMap<string, File>> {
    read ??= readAll(folder);
    const found = await read;
    if (!found.has(ENTRY)) read = undefined;
    return found;
  }

  return async (context) => {
    const known = await files();
    const { path } = context.req;
    const file = known.get(path);
    const entry = known.get(ENTRY);
    if (file) return send(context, file, path.startsWith(ASSETS));
    if (NOT_PAGES.test(path)) return context.text('not found\n', 404);
    return entry ? send(context, entry, false) : context.html(NOT_BUILT, 503, { 'cache-control': 'no-store' });
  };
}

function send(context: Context, { bytes, type, etag, packed }: File, forever: boolean): Response {
  const headers = {
    'content-type': type,
    'cache-control': forever ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag,
    vary: 'Accept-Encoding',
    'x-content-type-options': 'nosniff',
  };
  if (context.req.header('if-none-match')?.includes(etag)) return context.body(null, 304, headers);
  const accepted = (context.req.header('accept-encoding') ?? '').split(',').map((one) => one.split(';')[0]!.trim());
  const encoding = Object.keys(packed).find((name) => accepted.includes(name));
  if (encoding === undefined) return context.body(bytes, 200, headers);
  return context.body(packed[encoding]!, 200, { ...headers, 'content-encoding': encoding });
}

async function readAll(folder: string): Promise<ReadonlyMap<string, File>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  const contents = new Map(
    await Promise.all(
      entries
        .filter((entry) => entry.isFile())
        .map(async (entry) => {
          const path = join(entry.parentPath, entry.name);
          return [`/${relative(folder, path).split(sep).join('/')}`, new Uint8Array(await readFile(path))] as const;
        }),
    ),
  );
  const plain = [...contents].filter(([path]) => !Object.values(PACKED).some((ending) => path.endsWith(ending)));
  return new Map(
    plain.map(([path, bytes]) => {
      const packed = Object.entries(PACKED).flatMap(([name, ending]) => {
        const found = contents.get(`${path}${ending}`);
        return found ? [[name, found] as const] : [];
      });
      const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`;
      return [path, { bytes, type: TYPES[extname(path)] ?? 'application/octet-stream', etag, packed: Object.fromEntries(packed) }];
    }),
  );
}
