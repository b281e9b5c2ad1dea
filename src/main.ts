import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeCredentials } from './credentials.ts';
import { realTimers } from './timers.ts';
import { runCli } from '#cli/cli.ts';
import { text, type Flags } from '#cli/command.ts';
import type { ServeOptions, Serving } from '#cli/command.ts';
import type { Out, Streams } from '#cli/out.ts';
import { makePolicyEditor } from '#config/editor.ts';
import { makePolicySource } from '#config/policy-source.ts';
import type { Applier } from '#app/ports/changes.ts';
import type { Clock, Notifier, Ports, Proxmox, Timers } from '#app/ports.ts';
import type { SecretRef, Site } from '#core/policy/policy.ts';
import type { SiteOptions } from '#proxmox/site.ts';
import { lazyCare, lazyStores } from '#store/lazy.ts';

const VERSION = '0.1.0';

/** What replaces parts of the wiring: the demo's clock and timers, a test's ports. */
export type Overrides = Partial<Ports> & { readonly timers?: Timers };

/** Wires ports to adapters and runs one command. */
export async function run(argv: readonly string[], overrides: Overrides = {}, streams: Streams = process): Promise<number> {
  const { timers = realTimers, ...replaced } = overrides;
  const { env, stdin } = process;
  const { stdout, stderr } = streams;
  let interrupted: (() => void) | undefined;
  const exitCode = await runCli(argv, {
    stdout,
    stderr,
    env,
    version: VERSION,
    context: async (out, flags) => {
      const ports = await wire(out, flags, replaced);
      return {
        out,
        env,
        ports,
        timers,
        ask: async (request) => (await import('./ask-daemon.ts')).askDaemon(request),
        readSecret,
        serve: (given) => serve({ ports, timers }, streams, out, given),
        onInterrupt: (tell) => {
          interrupted = () => {
            tell();
            process.exit(130);
          };
          process.once('SIGINT', interrupted);
        },
        lines: () => linesOf(stdin),
        readFile: (path) => readFile(path, 'utf8'),
        writeFile: (path, text) => writeFile(path, text),
        interactive: stdin.isTTY === true && stdout.isTTY === true && flags['yes'] !== true && !out.json,
      };
    },
  });
  // Another command may follow in this process, and what ends this one says nothing true of that.
  if (interrupted) process.off('SIGINT', interrupted);
  return exitCode;
}

async function wire(_out: unknown, flags: Flags, overrides: Partial<Ports>): Promise<Ports> {
  const clock = overrides.clock ?? { now: () => Math.floor(Date.now() / 1000) };
  const where = { flag: text(flags, 'policy'), env: process.env, cwd: process.cwd(), now: clock.now };
  return {
    clock,
    policySource: makePolicySource(where),
    editor: makePolicyEditor(where),
    applier: lazyApplier(flags),
    connect: (site) => lazySite(() => connectNow(site, clock)),
    examiner: {
      examine: async (site, options) => (await import('#proxmox/examine.ts')).examineSite(site, await siteOptions(clock), options),
      showCertificate: async (url) => (await import('#proxmox/certificate.ts')).showCertificate(url),
    },
    ...lazyStores(async () => (await import('#store/open.ts')).openStores(process.env, clock.now)),
    notifier: lazyNotifier(async () => (await import('#notify/notifier.ts')).makeNotifier({ readSecret, now: clock.now })),
    credentials: makeCredentials(),
    database: lazyCare(async () => (await import('#store/care/open-care.ts')).openCare(process.env, clock.now)),
    log: { info: () => {}, warn: () => {} },
    ...overrides,
  };
}

/** The client's packages are loaded with the first call to a server: most commands make none. */
async function connectNow(site: Site, clock: Clock): Promise<Proxmox> {
  return (await import('#proxmox/site.ts')).connectSite(site, await siteOptions(clock));
}

/** Every secret that was read, so that no line of a log shows one. */
const secrets = new Set<string>();

async function siteOptions(clock: Clock): Promise<SiteOptions> {
  const { resolveSecret } = await import('#config/secrets.ts');
  return {
    now: clock.now,
    readSecret: async (ref, at) => {
      const found = await resolveSecret(ref, at, process.env);
      // Of a token `user@realm!name=secret` the name may be told, and is.
      if ('secret' in found) secrets.add(/^[^\s!:=]+@[^\s!:=]+![\w.-]+[=:](\S+)$/.exec(found.secret)?.[1] ?? found.secret);
      return found;
    },
  };
}

async function readSecret(ref: SecretRef): Promise<string> {
  const found = await (await siteOptions({ now: () => 0 })).readSecret(ref, 'a secret');
  if ('secret' in found) return found.secret;
  throw Object.assign(new Error(found.finding.problem), { fix: found.finding.fix });
}

/** The daemon, its server and its log are loaded for the one command that needs them. */
async function serve(
  { ports, timers }: { readonly ports: Ports; readonly timers: Timers },
  { stderr }: Streams,
  out: Out,
  given: ServeOptions,
): Promise<Serving> {
  const [{ serveUntilToldToEnd }, { makeLog }, { spellStore }] = await Promise.all([
    import('./serve.ts'),
    import('./log.ts'),
    import('#store/open.ts'),
  ]);
  const forPeople = stderr.isTTY === true && !out.json;
  const log = makeLog({
    write: (text) => stderr.write(text),
    forPeople,
    color: forPeople && process.env['NO_COLOR'] === undefined,
    secrets: () => secrets,
  });
  const databaseUrl = process.env['HOLDFAST_DATABASE_URL'];
  const password = databaseUrl ? URL.parse(databaseUrl)?.password : undefined;
  for (const form of password ? [password, decodeURIComponent(password)] : []) secrets.add(form);
  const parts = { ports, timers, log, notifier: ports.notifier!, readSecret, version: VERSION };
  const { memory, accounts, credentials, editor, applier } = ports;
  return serveUntilToldToEnd(
    {
      ...parts,
      memory: memory!,
      accounts: accounts!,
      credentials: credentials!,
      editor: editor!,
      applier: applier!,
      where: spellStore(process.env),
    },
    given,
  );
}

function lazyApplier(flags: Flags): Applier {
  const open = async (): Promise<Applier> => {
    const [{ makeApplier }, { stateFolder }] = await Promise.all([import('./applier.ts'), import('#store/folder.ts')]);
    const command = [process.execPath, fileURLToPath(new URL('../bin/holdfast.js', import.meta.url))] as const;
    return makeApplier({ command, policy: text(flags, 'policy'), folder: join(stateFolder(process.env), 'plans'), env: process.env });
  };
  return {
    whyNot: async (policy) => (await open()).whyNot(policy),
    apply: async (plan, options) => (await open()).apply(plan, options),
  };
}

function lazyNotifier(open: () => Promise<Notifier>): Notifier {
  return {
    send: async (channel, alert) => (await open()).send(channel, alert),
    arrived: async (channel, alert) => (await open()).arrived(channel, alert),
    beat: async (url) => (await open()).beat(url),
  };
}

function lazySite(open: () => Promise<Proxmox>): Proxmox {
  let opened: Promise<Proxmox> | undefined;
  let now: Proxmox | undefined;
  const site = (): Promise<Proxmox> => (opened ??= open().then((made) => (now = made)));
  return {
    observe: async (previous) => (await site()).observe(previous),
    pulse: async () => (await site()).pulse(),
    taskLog: async (server, upid) => (await site()).taskLog(server, upid),
    requests: () => now?.requests() ?? 0,
    isProtected: async (point) => (await site()).isProtected(point),
    setProtected: async (point, on) => (await site()).setProtected(point, on),
    repeatsAs: async () => (await site()).repeatsAs(),
    startBackup: async (backup) => (await site()).startBackup(backup),
    startVerify: async (point) => (await site()).startVerify(point),
    switchJob: async (change) => (await site()).switchJob(change),
    carryOut: async (step) => (await site()).carryOut(step),
    close: async () => (await opened)?.close(),
  };
}

/** Lines end with a line feed and nothing else: other separators may stand inside a JSON text. */
async function* linesOf(stream: AsyncIterable<Buffer | string>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest: string[] = [];
  for await (const chunk of stream) {
    const [first = '', ...others] = (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })).split('\n');
    rest.push(first);
    for (const part of others) {
      yield rest.join('').replace(/\r$/, '');
      rest = [part];
    }
  }
  const last = rest.join('') + decoder.decode();
  if (last !== '') yield last;
}
