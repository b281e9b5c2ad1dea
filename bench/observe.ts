/**
 * A look at 10,000 guests and 600,000 points and the judgement on each guest, against fetching and `JSON.parse` of the same answers, in
 * one run; memory of this process alone; and the requests of a second look after one group in a hundred changed. The lab runs in a
 * process of its own.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'undici';
import { loadPolicy } from '#config/policy-source.ts';
import { assess } from '#core/assess/assess.ts';
import type { Observed } from '#core/world/actual.ts';
import { LIMITS } from '#proxmox/http.ts';
import { connectSite } from '#proxmox/site.ts';
import { report } from './result.ts';

type Server = { readonly url: string; readonly fingerprint: string };
type Told = {
  readonly pve: Server;
  readonly pbs: Server;
  readonly now: number;
  readonly policy: string;
  readonly tokens: { readonly pve: string; readonly pbs: string };
};

const lab = fork(new URL('fleet-lab.ts', import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
const [told] = (await once(lab, 'message')) as [Told];
const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
writeFileSync(join(folder, 'holdfast.yaml'), told.policy);
const { policy } = loadPolicy('holdfast.yaml', folder, told.now);
rmSync(folder, { recursive: true });
if (!policy) throw new Error('the policy of the fleet is invalid');
const site = policy.sites[0]!;
let calls: { readonly path: string; readonly bytes: number }[] = [];
const proxmox = connectSite(site, {
  now: () => told.now,
  readSecret: async (ref) => ({ secret: ref === site.pve.token ? told.tokens.pve : told.tokens.pbs }),
  http: { onCall: ({ path, bytes }) => void calls.push({ path, bytes }) },
});

const observeBegan = performance.now();
const first = await proxmox.observe();
const observeMs = performance.now() - observeBegan;
const assessBegan = performance.now();
const { guests } = assess({ policy, site, actual: first, now: told.now });
const assessMs = performance.now() - assessBegan;
const peakMib = process.resourceUsage().maxRSS / 1024;
const places = first.pbs[0]!.namespaces.map(({ groups }) => value(groups));
const points = places.flat().reduce((sum, { snapshots }) => sum + snapshots.length, 0);
const firstCalls = calls;

const fetchMs = await fetchAgain(firstCalls.map(({ path }) => path));

lab.send('change');
const [{ changed }] = (await once(lab, 'message')) as [{ changed: number }];
calls = [];
const secondBegan = performance.now();
await proxmox.observe(first);
const secondMs = performance.now() - secondBegan;

const mib = firstCalls.reduce((sum, { bytes }) => sum + bytes, 0) / 2 ** 20;
const postures = [...Map.groupBy(guests, ({ posture }) => posture)].map(([posture, { length }]) => `${length} ${posture}`).join(', ');
console.log(`${guests.length} guests (${postures}), ${points} points, ${firstCalls.length} requests, ${mib.toFixed(0)} MiB`);
report({
  name: 'observe and assess 10,000 guests against fetch and JSON.parse',
  measured: `observe ${seconds(observeMs)}, assess ${seconds(assessMs)}, fetch and JSON.parse ${seconds(fetchMs)}`,
  value: (observeMs + assessMs) / fetchMs,
  limit: 2.5,
  unit: '×',
});
report({
  name: 'peak memory of that',
  measured: 'the process of Holdfast, without the lab',
  value: peakMib,
  limit: 1024,
  unit: 'MiB',
  below: true,
});
report({
  name: 'requests of a second look, 1 % of the groups changed',
  measured: `${changed} groups: ${calls.length} requests of ${firstCalls.length}, ${seconds(secondMs)}`,
  value: (100 * calls.length) / firstCalls.length,
  limit: 5,
  unit: '%',
  below: true,
});
await proxmox.close();
lab.disconnect();

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function value<T>(part: Observed<T>): T {
  if (!part.known) throw new Error(`${part.unknown.what}: ${part.unknown.because}`);
  return part.value;
}

/** The same requests over as many connections, each answer parsed and dropped. */
async function fetchAgain(paths: readonly string[]): Promise<number> {
  const options = { connections: LIMITS.connections, pipelining: 1, connect: { rejectUnauthorized: false } };
  const [pve, pbs] = [new Pool(told.pve.url, options), new Pool(told.pbs.url, options)];
  const ofPbs = /^\/(?:admin|config|status)\/|^\/nodes\/localhost\//;
  const began = performance.now();
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let i = next++; i < paths.length; i = next++) {
      const path = paths[i]!;
      const toPbs = ofPbs.test(path);
      const authorization = toPbs ? `PBSAPIToken=${told.tokens.pbs}` : `PVEAPIToken=${told.tokens.pve}`;
      const answer = await (toPbs ? pbs : pve).request({ method: 'GET', path: `/api2/json${path}`, headers: { authorization } });
      JSON.parse(await answer.body.text());
    }
  };
  await Promise.all(Array.from({ length: 14 }, lane));
  await Promise.all([pve.close(), pbs.close()]);
  return performance.now() - began;
}
