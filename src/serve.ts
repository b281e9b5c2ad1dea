import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { wireAccess } from './serve-access.ts';
import { wireChanges, type WiredChanges } from './serve-changes.ts';
import { fileURLToPath } from 'node:url';
import type { Live } from '#app/live.ts';
import { tellingAccounts } from '#app/access-news.ts';
import { makeNews } from '#app/news.ts';
import type { Accounts, Credentials, Log, Memory, Notifier, Ports, Timers } from '#app/ports.ts';
import type { Applier, PolicyEditor } from '#app/ports/changes.ts';
import type { ServeOptions, Serving } from '#cli/command.ts';
import { StoreError } from '#core/memory/store-error.ts';
import { startDaemon, type Daemon } from '#daemon/daemon.ts';
import { makeApi } from '#server/api/api.ts';
import { watchAreas } from '#server/api/areas.ts';
import { settingsRoutes } from '#server/api/routes/settings.ts';
import { startServer, type Listening } from '#server/server.ts';

/* What `holdfast serve` is wired from: the daemon, the server and the signals of this process. It decides nothing. */

export type ServeParts = {
  readonly ports: Pick<Ports, 'clock' | 'connect' | 'examiner' | 'policySource' | 'store'>;
  readonly timers: Timers;
  readonly log: Log;
  readonly memory: Memory;
  readonly accounts: Accounts;
  readonly credentials: Credentials;
  readonly editor: PolicyEditor;
  readonly applier: Applier;
  /** Where it lies, for people. */
  readonly where: string;
  readonly notifier: Notifier;
  /** Throws an Error with a `fix` where it cannot be read. */
  readonly readSecret: (ref: NonNullable<ServeOptions['hookToken']>) => Promise<string>;
  readonly version: string;
};

/** The dashboard as it is built. */
const WEB_FOLDER = fileURLToPath(new URL('../web/dist', import.meta.url));

/** A token that is shorter can be guessed. */
const SHORTEST_TOKEN = 16;

/**
 * Opens the memory, listens, and watches until a signal comes; `ended` is then the exit code. What forbids the start (a port that is taken, a database
 * that is not ours, a token that cannot be read) is told with its fix, and nothing is left open.
 */
export async function serveUntilToldToEnd(parts: ServeParts, given: ServeOptions): Promise<Serving> {
  const { ports, log, timers, memory, where, version } = parts;
  const { policy, host, port, allowed } = given;
  let daemon: Daemon | undefined;
  const startedAt = ports.clock.now();
  const replica = `${hostname()}:${process.pid}:${randomBytes(4).toString('hex')}`;
  const watching = () => daemon?.watching() ?? { version, replica, startedAt, sites: [] };
  const news = makeNews();
  const closed = new AbortController();
  const live: Live = {
    clock: ports.clock,
    memory,
    examiner: ports.examiner,
    policy: () => daemon?.policy() ?? policy,
    watching,
    seen: (site) => daemon?.seen(site),
    hands: (site) => daemon?.hands(site),
    hint: (site) => daemon?.hint(site),
    announce: news.announce,
  };
  const { editor, applier } = parts;
  const accounts = tellingAccounts(parts.accounts, () => news.announce(['audit']));
  const { tellSetup, everywhere, ...access } = wireAccess({
    ...parts,
    ports: { ...parts, ...ports, accounts },
    settings: policy.server,
    host,
  });
  const waitingSeconds = policy.server?.waitingSeconds;
  const { changes, load, ...edit } = wireChanges({
    ports,
    editor,
    applier,
    accounts,
    live,
    log,
    replica,
    waitingSeconds,
    reload: () => daemon?.reload(),
  });
  const settings = settingsRoutes(live, {
    listen: `${host}:${port}`,
    where,
    policyFile: async () => (await ports.policySource.load()).file,
    server: policy.server,
  });
  const api = makeApi({
    ...access,
    log,
    version,
    areas: [...access.areas, ...watchAreas(live, news, closed.signal), settings, ...edit.areas],
  });
  const hook = await readHookToken(parts, given);
  if ('problem' in hook) return { ok: false, ...hook };

  let server: Listening;
  try {
    server = await startServer({
      host,
      port,
      watching,
      now: ports.clock.now,
      hint: live.hint,
      api,
      webFolder: WEB_FOLDER,
      everywhere,
      ...hook,
    });
  } catch (error) {
    return { ok: false, ...explainListen(error, `${host}:${port}`) };
  }
  const unusable = await tryMemory(parts);
  if (unusable) {
    await server.close();
    return { ok: false, ...unusable };
  }
  load().catch((error: unknown) => log.warn('the policy could not be read', { because: String(error) }));
  daemon = startDaemon({
    ports: { ...ports, timers, memory, log, notifier: parts.notifier, load },
    policy,
    replica,
    version,
    allowed,
    announce: news.announce,
  });
  log.info(`Holdfast ${version} watches ${policy.sites.length === 1 ? 'one site' : `${policy.sites.length} sites`}`, {
    sites: policy.sites.map(({ name }) => name),
    remembers: where,
  });
  await tellLeft(changes, log);
  await tellSetup(server.url);
  log.info(`listening on ${server.url}`, { paths: ['/healthz', '/readyz', '/metrics', ...('hookToken' in hook ? ['/hooks/…'] : [])] });
  if (!policy.alerts) log.warn('nobody is told of anything: the policy has no alerts');
  for (const name of allowed) log.warn('a login that can delete recovery points is allowed', { login: name });
  return { ok: true, ended: untilSignal(daemon).then((exitCode) => end(exitCode)) };

  async function end(exitCode: number): Promise<number> {
    log.info('ending');
    closed.abort();
    await changes.stop();
    await daemon?.stop();
    await server.close();
    await memory.close();
    log.info('ended');
    return exitCode;
  }
}

/**
 * The exit code that a signal asks for. SIGHUP reads the policy anew. The first signal decides, and the process ends by itself soon after:
 * one that comes twice, as a terminal and a parent both hand it on, does not tear it out of its ending.
 */
function untilSignal(daemon: Daemon): Promise<number> {
  const reload = (): void => daemon.reload();
  return new Promise((resolve) => {
    process.on('SIGHUP', reload);
    process.on('SIGTERM', () => resolve(0)).on('SIGINT', () => resolve(130));
  });
}

/** What a daemon before this one was killed at is judged now, and told. */
async function tellLeft(changes: WiredChanges['changes'], log: Log): Promise<void> {
  try {
    for (const { id, state, summary } of await changes.list())
      if (state === 'applying') log.warn('a change is being applied by another process', { change: id, summary });
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    log.warn('changes cannot be read now', { because: error.message });
  }
}

/** A database that does not answer now may later; one that Holdfast may not use at all is an error of the start. */
async function tryMemory({ memory, ports, log }: ServeParts): Promise<Problem | undefined> {
  try {
    for (const { problem, why, fix } of await memory.troubles(ports.clock.now())) log.warn(problem, { why, fix });
    return undefined;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const { kind, message: problem, fix } = error;
    if (kind !== 'unreachable' && kind !== 'busy') return { problem, fix };
    log.warn(problem, { fix });
    return undefined;
  }
}

type Problem = { readonly problem: string; readonly fix: string };

async function readHookToken(
  { readSecret }: ServeParts,
  { hookToken: ref }: ServeOptions,
): Promise<Problem | { readonly hookToken?: string }> {
  if (ref === undefined) return {};
  try {
    const hookToken = await readSecret(ref);
    if (hookToken.length >= SHORTEST_TOKEN) return { hookToken };
    return { problem: `The webhook token has ${hookToken.length} characters`, fix: 'make a longer one:\n    openssl rand -hex 24' };
  } catch (error) {
    if (!isTold(error)) throw error;
    return { problem: error.message, fix: error.fix };
  }
}

function isTold(error: unknown): error is Error & { readonly fix: string } {
  return error instanceof Error && 'fix' in error && typeof error.fix === 'string';
}

function explainListen(error: unknown, where: string): Problem {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE')
    return {
      problem: `Something listens on ${where} already`,
      fix: 'is a second holdfast running? If not, choose another port:\n    holdfast serve --listen 127.0.0.1:8471',
    };
  if (code === 'EACCES') return { problem: `This user may not listen on ${where}`, fix: 'choose a port above 1023' };
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return { problem: `This machine has no address ${where}`, fix: 'listen on 127.0.0.1, or on 0.0.0.0 for every address' };
  throw error;
}
