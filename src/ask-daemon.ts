import type { AskDaemon } from '#cli/command.ts';

/** A daemon that looks at nothing answers in a moment. */
const WAIT_MS = 20_000;

/** Asks a running daemon over HTTP. What stands in the way is told with what to do; no token ever is. */
export const askDaemon: AskDaemon = async ({ server, token, path, query = {}, body }) => {
  const base = URL.parse(server);
  if (!base || !/^https?:$/.test(base.protocol)) return no(`"${server}" is no address`, 'write it whole: --server http://127.0.0.1:8470');
  const url = new URL(`/api/v1/terminal${path}`, base);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
  const headers = {
    accept: 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  let response: Response;
  try {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    response = await fetch(url, { ...init, headers, redirect: 'error', signal: AbortSignal.timeout(WAIT_MS) });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    return no(`No daemon answers at ${base.origin}: ${cause}`, 'see that holdfast serve runs there, and with which --listen');
  }
  const value = (await response.json().catch(() => undefined)) as { detail?: string; title?: string; fix?: string } | undefined;
  if (response.ok && typeof value === 'object') return { ok: true, value };
  if (response.status === 401 || response.status === 403)
    return no(
      `${base.origin} refuses this: ${value?.detail ?? value?.title ?? response.status}`,
      'make a token there and name it: --token env:HOLDFAST_TOKEN',
      5,
    );
  if (response.headers.get('content-type')?.startsWith('application/problem+json') && response.status !== 404)
    return no(`${value?.title}: ${value?.detail ?? ''}`, value?.fix ?? 'see the log of the daemon');
  return no(
    `What answers at ${base.origin} is no Holdfast of this version (${response.status})`,
    'see which it is:\n    holdfast --version',
  );
};

function no(problem: string, fix: string, exitCode = 1): Awaited<ReturnType<AskDaemon>> {
  return { ok: false, problem, fix, exitCode };
}
