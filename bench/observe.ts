/**
 * A look at 10,000 guests and 600,000 points against fetching and `JSON.parse` of the same answers, in one run; memory of this
 * process alone; and the requests of a second look after one group in a hundred changed. The lab runs in a process of its own.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Pool } from 'undici';
import type { Observed } from '#core/world/actual.ts';
import type { Site } from '#core/policy/policy.ts';
import { LIMITS } from '#proxmox/http.ts';
import { connectSite } from '#proxmox/site.ts';

type Server = { readonly url: string; readonly fingerprint: string };
type Told = {
  readonly pve: Server;
  readonly pbs: Server;
  readonly now: number;
  readonly tokens: { readonly pve: string; readonly pbs: string };
};

const lab = fork(new URL('fleet-lab.ts', import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
const [told] = (await once(lab, 'message')) as [Told];
const site: Site = {
  name: 'provider',
  timeZone: 'Europe/Vienna',
  places: 'holdfast',
  pve: { urls: [told.pve.url], fingerprint: told.pve.fingerprint, token: 'env:PVE' },
  pbs: [
    { name: 'pbs', urls: [told.pbs.url], fingerprint: told.pbs.fingerprint, token: 'env:PBS', datastore: 'main', namespace: 'provider' },
  ],
};
let calls: { readonly path: string; readonly bytes: number }[] = [];
const proxmox = connectSite(site, {
  now: () => told.now,
  readSecret: async (ref) => ({ secret: ref === 'env:PVE' ? told.tokens.pve : told.tokens.pbs }),
  http: { onCall: ({ path, bytes }) => void calls.push({ path, bytes }) },
});

const observeBegan = performance.now();
const first = await proxmox.observe();
const observeMs = performance.now() - observeBegan;
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
console.log(`first look: ${value(first.pve.guests).length} guests, ${points} points, ${firstCalls.length} requests, ${mib.toFixed(0)} MiB`);
console.log(
  `  observe ${(observeMs / 1000).toFixed(1)} s, fetch and JSON.parse ${(fetchMs / 1000).toFixed(1)} s: ${(observeMs / fetchMs).toFixed(2)} times (at most 2.5 with assess)`,
);
console.log(`  peak memory ${peakMib.toFixed(0)} MiB (below 1024)`);
console.log(
  `second look, ${changed} groups changed: ${calls.length} requests, ${((100 * calls.length) / firstCalls.length).toFixed(1)} % of the first (below 5), ${(secondMs / 1000).toFixed(1)} s`,
);
await proxmox.close();
lab.disconnect();

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
