import type { JobSwitch, Log, Notifier, Ports, Proxmox, Timers } from '#app/ports.ts';
import type { AlertRecord } from '#core/memory/record.ts';
import type { Alerts } from '#core/policy/alerts.ts';
import type { Policy } from '#core/policy/policy.ts';
import { ProxmoxError } from '#core/world/proxmox-error.ts';
import type { Actual } from '#core/world/actual.ts';
import { makeActual, makePolicy, makeSite, NOW, unseen } from '#test/make.ts';
import type { WorkerPorts } from '../worker.ts';

/** A site that a test can break. */
export type FakeSite = {
  actual: () => Actual;
  sign: string;
  silent: readonly string[];
  /** Looks never end while it is false. */
  answers: boolean;
  looks: number;
  pulses: number;
  closed: number;
  /** Instants of the points that PBS protects. */
  readonly locked: Set<number>;
  /** What was written to backup jobs, by id. */
  readonly jobs: Map<string, Pick<JobSwitch, 'enabled' | 'comment'>>;
};

export function fakeSite(parts: Partial<FakeSite> = {}): FakeSite {
  return {
    actual: () => makeActual(),
    sign: 'a',
    silent: [],
    answers: true,
    looks: 0,
    pulses: 0,
    closed: 0,
    locked: new Set(),
    jobs: new Map(),
    ...parts,
  };
}

export const unreachable = (server: string): ProxmoxError =>
  new ProxmoxError('unreachable', { server, call: 'GET /version', detail: 'nothing listens there' });

/** A look in which nothing of the site was seen. */
export function darkActual(): Actual {
  const out = unseen<never>({ what: 'guests', kind: 'unreachable', because: 'nothing listens there' });
  const actual = makeActual();
  return { ...actual, pve: { ...actual.pve, guests: out, pools: out, storages: out, backupJobs: out, backupTasks: out } };
}

export function connectFake(site: FakeSite, now: () => number): Proxmox {
  let requests = 0;
  return {
    observe: async () => {
      site.looks += 1;
      requests += 40;
      if (!site.answers) await new Promise(() => {});
      return { ...site.actual(), asOf: now() };
    },
    pulse: async () => {
      site.pulses += 1;
      requests += 2;
      return { sign: site.sign, silent: site.silent.map((server) => ({ server, trouble: unreachable(server) })) };
    },
    requests: () => requests,
    taskLog: async () => '',
    isProtected: async ({ at }) => site.locked.has(at),
    setProtected: async ({ at }, on) => void (on ? site.locked.add(at) : site.locked.delete(at)),
    repeatsAs: async () => undefined,
    startBackup: async () => ({ outcome: 'nothing' }),
    startVerify: async () => ({ outcome: 'nothing' }),
    switchJob: async ({ id, enabled, comment }) => void site.jobs.set(id, { enabled, comment }),
    carryOut: async () => {},
    close: async () => void (site.closed += 1),
  };
}

export type Line = { readonly level: 'info' | 'warn'; readonly message: string; readonly fields: Readonly<Record<string, unknown>> };

export function recordingLog(): Log & { readonly lines: Line[] } {
  const lines: Line[] = [];
  const at =
    (level: Line['level']) =>
    (message: string, fields = {}): void =>
      void lines.push({ level, message, fields });
  return { lines, info: at('info'), warn: at('warn') };
}

export function recordingNotifier(
  refuse: (alert: AlertRecord) => string | undefined = () => undefined,
): Notifier & { readonly sent: AlertRecord[]; readonly beats: { count: number } } {
  const sent: AlertRecord[] = [];
  const beats = { count: 0 };
  return {
    sent,
    arrived: async () => 'unasked',
    beat: async () => void (beats.count += 1),
    beats,
    send: async (_channel, alert) => {
      const refusal = refuse(alert);
      if (refusal !== undefined) throw new Error(refusal);
      sent.push(alert);
    },
  };
}

/** A site for each name, each a fake of its own; everything is told to `mail` and `web`. */
export function policyOf(...names: readonly string[]): Policy {
  const alerts: Alerts = {
    channels: [
      { name: 'mail', kind: 'email', to: ['a@example.org'], from: 'b@example.org', server: 'smtp://127.0.0.1:25' },
      { name: 'web', kind: 'webhook', url: 'http://127.0.0.1/' },
    ],
    routes: [{ index: 0, to: ['mail', 'web'], severity: 'warning', also: false }],
    heartbeat: { url: 'env:HEARTBEAT', everySeconds: 300 },
  };
  return makePolicy({ sites: names.map((name) => makeSite({ name })), alerts });
}

export function fakePorts(
  timers: Timers,
  sites: Readonly<Record<string, FakeSite>>,
  ports: Partial<WorkerPorts> & Pick<WorkerPorts, 'memory'>,
): WorkerPorts {
  const now = (): number => NOW + Math.floor(timers.nowMs() / 1000);
  const examiner: Ports['examiner'] = {
    examine: async () => [{ product: 'pbs', server: 'pbs', url: '', login: 'token', tokenId: 'holdfast@pbs!audit', rights: {}, hosts: [] }],
    showCertificate: () => Promise.reject(new Error('not asked')),
  };
  return {
    clock: { now },
    timers,
    connect: ({ name }) => connectFake(sites[name]!, now),
    examiner,
    log: recordingLog(),
    ...ports,
  };
}
