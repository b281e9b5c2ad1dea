import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Live } from '#app/live.ts';
import { makeNews } from '#app/news.ts';
import type { Log } from '#app/ports.ts';
import type { ServeOptions, Serving } from '#cli/command.ts';
import { StoreError } from '#core/memory/store-error.ts';
import { startDaemon, type Daemon } from '#daemon/daemon.ts';
import { startServer, type Listening } from '#server/server.ts';
import { wireApi } from './serve-api.ts';
import type { WiredChanges } from './serve-changes.ts';
import type { ServeParts } from './serve-parts.ts';
import { explainListen, readHookToken, tryMemory } from './serve-refusals.ts';

/* What `holdfast serve` is wired from: the daemon, the server and the signals of this process. It decides nothing. */

/** The dashboard as it is built. */
const WEB_FOLDER = fileURLToPath(new URL('../web/dist', import.meta.url));

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
  const { api, everywhere, tellSetup, changes, load } = wireApi(parts, given, {
    live,
    news,
    replica,
    closed: closed.signal,
    reload: () => daemon?.reload(),
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
