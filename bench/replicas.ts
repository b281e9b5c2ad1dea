/**
 * Three daemons on one real PostgreSQL share sixty sites, and one of them is killed every twenty seconds and started again. Held against what is promised:
 * each site has its sign of life on time, a dead replica's sites are taken over within 15 s, and each message is sent once. The sites are made up,
 * in the replicas themselves; each is out for a while once. Everything else is the daemon as it runs: real processes, real time, a real database.
 *
 *   node bench/replicas.ts [--minutes 5] [--sites 60]
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startDaemon } from '#daemon/daemon.ts';
import { connectFake, darkActual, fakePorts, fakeSite, policyOf, type FakeSite } from '#daemon/testing/site.ts';
import { postgresStores } from '#store/postgres.ts';
import { havePostgres, startCluster } from '#test/postgres.ts';
import { makeActual } from '#test/make.ts';
import { realTimers } from '../src/timers.ts';
import { report } from './result.ts';

const { values: given } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    sites: { type: 'string', default: '60' },
    replica: { type: 'string' },
    url: { type: 'string', default: '' },
    began: { type: 'string', default: '0' },
  },
});
const SITES = Array.from({ length: Number(given.sites) }, (_, i) => `site-${String(i + 1).padStart(2, '0')}`);
const REPLICAS = ['a', 'b', 'c'];
const KILL_MS = 20_000;
const OUTAGE_MS = 45_000;
/** The first outages begin when all are watched; the last one ends well before the end. */
const FIRST_OUTAGE_MS = 30_000;

type Event = {
  readonly what: 'pulse' | 'look' | 'sent';
  readonly site: string;
  readonly id?: string;
  readonly atMs: number;
  readonly by: string;
};

if (given.replica === undefined) await conduct();
else replica(given.replica, given.url, Number(given.began));

/** One daemon. What it does outside is a line on standard output, written before the call returns. */
function replica(name: string, url: string, beganMs: number): void {
  const tell = (event: Pick<Event, 'what' | 'site' | 'id'>): void =>
    void process.stdout.write(`${JSON.stringify({ ...event, atMs: Date.now(), by: name })}\n`);
  const now = (): number => Math.floor(Date.now() / 1000);
  const outage = (i: number): boolean => {
    const room = Number(given.minutes) * 60_000 - FIRST_OUTAGE_MS - 2 * OUTAGE_MS;
    const since = Date.now() - beganMs - FIRST_OUTAGE_MS - (i / SITES.length) * room;
    return since >= 0 && since < OUTAGE_MS;
  };
  const made = (i: number): FakeSite => ({
    ...fakeSite(),
    actual: () => ({ ...(outage(i) ? darkActual() : makeActual()), site: SITES[i]! }),
  });
  const connect = (site: string) => {
    const i = SITES.indexOf(site);
    const fake = connectFake(made(i), now);
    return {
      ...fake,
      observe: async () => {
        tell({ what: 'look', site });
        return fake.observe();
      },
      pulse: async () => {
        tell({ what: 'pulse', site });
        const silent = connectFake({ ...made(i), silent: outage(i) ? ['pve'] : [] }, now);
        return silent.pulse();
      },
    };
  };
  const { memory } = postgresStores(url, undefined, now);
  const policy = policyOf(...SITES);
  const ports = fakePorts(
    realTimers,
    {},
    {
      memory,
      notifier: {
        send: async ({ name: channel }, alert) => tell({ what: 'sent', site: alert.site, id: `${channel} ${alert.id}` }),
        arrived: async () => 'unasked',
        beat: async () => {},
      },
    },
  );
  const load = async () => ({ policy, findings: [], file: 'made up' });
  startDaemon({
    ports: { ...ports, clock: { now }, connect: ({ name: site }) => connect(site), load },
    policy,
    replica: `${name}-${process.pid}`,
    version: '0',
    allowed: new Set(),
  });
}

async function conduct(): Promise<void> {
  if (!havePostgres()) return;
  const cluster = await startCluster();
  const url = await cluster.makeDatabase();
  const beganMs = Date.now();
  const endMs = beganMs + Number(given.minutes) * 60_000;
  const events: Event[] = [];
  const kills: { readonly by: string; readonly atMs: number }[] = [];
  const children = new Map<string, ChildProcess>();
  const start = (name: string): void => {
    const args = [
      import.meta.filename,
      '--replica',
      name,
      '--url',
      url,
      '--began',
      String(beganMs),
      '--minutes',
      given.minutes,
      '--sites',
      given.sites,
    ];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    children.set(name, child);
    createInterface({ input: child.stdout }).on('line', (line) => events.push(JSON.parse(line) as Event));
  };
  try {
    for (const name of REPLICAS) start(name);
    await sleep(KILL_MS);
    for (let n = 0; Date.now() + 2 * KILL_MS < endMs; n++) {
      const name = REPLICAS[n % REPLICAS.length]!;
      kills.push({ by: name, atMs: Date.now() });
      children.get(name)!.kill('SIGKILL');
      await sleep(KILL_MS / 2);
      start(name);
      await sleep(KILL_MS / 2);
    }
    await sleep(Math.max(0, endMs - Date.now()));
    for (const child of children.values()) child.kill('SIGKILL');
    await tellResult(url, events, kills);
  } finally {
    for (const child of children.values()) child.kill('SIGKILL');
    await cluster.stop();
  }
}

async function tellResult(
  url: string,
  events: readonly Event[],
  kills: readonly { readonly by: string; readonly atMs: number }[],
): Promise<void> {
  const seconds = (ms: number): number => ms / 1000;
  const bySite = Map.groupBy(
    events.filter(({ what }) => what !== 'sent'),
    ({ site }) => site,
  );
  const signs = SITES.map((site) => (bySite.get(site) ?? []).toSorted((a, b) => a.atMs - b.atMs));
  const gaps = signs.map((list) => Math.max(...list.slice(1).map(({ atMs }, i) => atMs - list[i]!.atMs)));
  const pulses = events.filter(({ what }) => what === 'pulse').length;
  report({
    name: 'replicas: longest a site went unseen',
    measured: `${SITES.length} sites, ${kills.length} kills, ${pulses} signs of life, ${events.filter(({ what }) => what === 'look').length} looks`,
    value: seconds(Math.max(...gaps)),
    limit: 30,
    unit: 's',
  });

  const takenMs = kills.flatMap(({ by, atMs }) =>
    signs.flatMap((list) => {
      const last = list.findLast((sign) => sign.atMs <= atMs);
      const next = list.find((sign) => sign.atMs > atMs);
      return last?.by === by && next ? [next.atMs - atMs] : [];
    }),
  );
  report({
    name: 'replicas: a dead one’s site is seen by another',
    measured: `${takenMs.length} sites of killed replicas; half of them within ${seconds(takenMs.toSorted((a, b) => a - b)[takenMs.length >> 1] ?? 0).toFixed(1)} s`,
    value: seconds(Math.max(...takenMs)),
    limit: 15,
    unit: 's',
  });

  const sent = Map.groupBy(
    events.filter(({ what }) => what === 'sent'),
    ({ id }) => id ?? '',
  );
  const { memory } = postgresStores(url, undefined, () => Math.floor(Date.now() / 1000));
  const history = await memory.outbox.history(0);
  await memory.close();
  const waiting = history.filter(({ deliveredAt }) => deliveredAt === undefined).length;
  const outages = history.filter(({ severity }) => severity === 'over').length / 2;
  report({
    name: 'replicas: messages sent twice',
    measured: `${history.length} messages written (${outages} of ${SITES.length} outages told to their end on both channels), ${sent.size} sent, ${waiting} waiting`,
    value: [...sent.values()].filter((list) => list.length > 1).length,
    limit: 0,
    unit: '',
  });
}
