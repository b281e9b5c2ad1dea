import { afterAll } from 'vitest';
import type { z } from 'zod';
import type { LabOptions } from '#lab/lab.ts';
import type { Live } from '#app/live.ts';
import { makeNews } from '#app/news.ts';
import type { Examiner, Proxmox } from '#app/ports.ts';
import { startDaemon } from '#daemon/daemon.ts';
import { recordingLog } from '#daemon/testing/site.ts';
import { makeApi } from '#server/api/api.ts';
import { watchAreas } from '#server/api/areas.ts';
import { authenticateAsNamed } from '#server/api/testing/as.ts';
import { volatileMemory } from '#store/volatile.ts';
import { virtualTime } from '#test/virtual-time.ts';
import { startScenario } from '#test/journeys/scenario.ts';

/** The API of a daemon that watches a scenario of the lab on virtual time, asked without a network between. */
export async function startApi(
  scenario: LabOptions['scenario'],
  parts?: Parameters<typeof startScenario>[1],
  mend?: (text: string) => string,
) {
  const { lab, ports, text, write, secrets } = await startScenario(scenario, parts);
  if (mend) write(mend(text));
  let underWay = 0;
  const counted = async <T>(work: Promise<T>): Promise<T> => {
    underWay += 1;
    return work.finally(() => (underWay -= 1));
  };
  const time = virtualTime({ idle: () => underWay === 0, onPass: (seconds) => lab.advance(seconds) });
  const closed = new AbortController();
  const [log, news, memory] = [recordingLog(), makeNews(), volatileMemory(time.nowMs)];
  const { policy } = await ports.policySource.load();
  const connect = (site: Parameters<typeof ports.connect>[0]): Proxmox => {
    const open = ports.connect(site);
    return { ...open, observe: (previous) => counted(open.observe(previous)), pulse: () => counted(open.pulse()) };
  };
  const examiner: Examiner = {
    ...ports.examiner,
    examine: async (site, asked) =>
      (await counted(ports.examiner.examine(site, asked))).filter(({ login }) => asked.logins?.includes(login) ?? true),
  };
  const daemon = startDaemon({
    ports: { ...ports, timers: time, memory, log, load: ports.policySource.load, connect, examiner },
    policy: policy!,
    replica: 'test',
    version: '0',
    allowed: new Set(),
    announce: news.announce,
  });
  afterAll(async () => {
    closed.abort();
    await daemon.stop();
  });
  const live: Live = { ...daemon, clock: ports.clock, examiner, memory, announce: news.announce };
  const app = makeApi({ authenticate: authenticateAsNamed, log, version: '0', areas: watchAreas(live, news, closed.signal) });

  async function ask(path: string, { as = 'viewer', ...init }: RequestInit & { readonly as?: string } = {}): Promise<Response> {
    return app.request(`/api/v1${path}`, {
      ...init,
      headers: { ...(as ? { authorization: `Bearer ${as}` } : {}), ...(init.headers as Record<string, string>) },
    });
  }
  /** What is answered, held against its schema. */
  async function get<T extends z.ZodType>(path: string, schema: T): Promise<z.output<T>> {
    const response = await ask(path);
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return schema.parse(await response.json());
  }
  async function post(path: string, body: unknown, as = 'operator'): Promise<Response> {
    return ask(path, { method: 'POST', as, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
  }
  return { lab, time, closed, log, news, memory, daemon, live, app, ask, get, post, write, text, secrets };
}
