import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exchangeWatchers, type Exchange } from '#lab/dispatch.ts';
import { PBS_ROUTES } from '#lab/pbs/routes.ts';
import { PVE_ROUTES } from '#lab/pve/routes.ts';
import { contractWith, type Contract } from './contract/contract.ts';
import { askTheRest, letOurClientAsk } from './contract/everything.ts';
import { unknownToPbs32 } from './contract/schema.ts';
import { replay } from './replay/play.ts';
import { loadRecordings } from './replay/recording.ts';
import { sharedFolder } from './shared.ts';

const shared = sharedFolder();

/** Refused to every token, and so never answered. */
const ONLY_ROOT = 'GET /cluster/backup-info';

/** What carries out the steps of a plan, and protects points. */
const WRITES = [
  'PUT /admin/datastore/{store}/protected',
  ...['/pools', '/storage', '/cluster/backup'].map((path) => `POST ${path}`),
  ...['/pools', '/storage/{storage}', '/cluster/backup/{id}'].flatMap((path) => [`PUT ${path}`, `DELETE ${path}`]),
  ...['POST', 'DELETE'].map((method) => `${method} /admin/datastore/{store}/namespace`),
  'PUT /config/datastore/{name}',
  ...['prune', 'verify', 'sync', 'traffic-control'].flatMap((section) => {
    const one = `/config/${section}/${section === 'traffic-control' ? '{name}' : '{id}'}`;
    return [`POST /config/${section}`, `PUT ${one}`, `DELETE ${one}`];
  }),
];

describe.skipIf(shared === undefined)('contract with the official schema', () => {
  let contract: Contract;
  beforeAll(async () => {
    contract = contractWith(shared ?? '');
    exchangeWatchers.add(contract.watch);
    await replay(loadRecordings(shared ?? ''));
    await askTheRest();
    await letOurClientAsk();
  }, 120_000);
  afterAll(() => {
    exchangeWatchers.delete(contract.watch);
  });

  test('what the lab accepts the schema accepts, and what it answers the schema describes', () => {
    expect(contract.breaches.map(({ product, endpoint, kind, errors }) => `${product} ${endpoint} ${kind}: ${errors.join('; ')}`)).toEqual(
      [],
    );
  });

  test('no route takes a parameter that the schema does not know, and on PBS none is missing', () => {
    const found: string[] = [];
    for (const [product, routes] of [
      ['pve', PVE_ROUTES],
      ['pbs', PBS_ROUTES],
    ] as const) {
      for (const { method, path, params } of routes as readonly {
        method: string;
        path: string;
        params: Readonly<Record<string, unknown>>;
      }[]) {
        const described = contract.api[product].get(`${method} ${path}`);
        if (!described) continue;
        const names = Object.keys(described.parameters.properties ?? {});
        for (const name of Object.keys(params))
          if (!names.includes(name) && !names.includes(name.replace(/\d+$/, '[n]')))
            found.push(`${product} ${method} ${path}: '${name}' is the lab's invention`);
        // PVE's calls take what other kinds of storages and guests need; of PBS the lab takes everything.
        if (product === 'pve') continue;
        for (const name of names) if (!(name in params)) found.push(`${product} ${method} ${path}: '${name}' is missing in the lab`);
      }
    }
    expect(found).toEqual([]);
  });

  test('our client writes each kind of object with every setting it knows', () => {
    const lines = (['pve', 'pbs'] as const).flatMap((product) =>
      [...contract.written[product]].map(
        ([endpoint, params]) => `${product} ${endpoint.padEnd(42)} ${[...params].toSorted((a, b) => a.localeCompare(b)).join(' ')}`,
      ),
    );
    console.info(`writes of our client, each held against the schema:\n${lines.join('\n')}`);
    const sent = (endpoint: string): string[] => [...(contract.written.pbs.get(endpoint) ?? contract.written.pve.get(endpoint) ?? [])];
    expect(WRITES.filter((endpoint) => sent(endpoint).length === 0)).toEqual([]);
    expect(sent('PUT /config/prune/{id}')).toEqual(expect.arrayContaining(['digest', 'delete']));
  });

  test('to PBS 3.2 our client sends nothing that it does not know, and does all its work there', async () => {
    const { endpoints, parameters } = unknownToPbs32(shared ?? '');
    const asked = new Set<string>();
    const strange: string[] = [];
    const watch = ({ product, agent, method, route, params, status }: Exchange): void => {
      if (product !== 'pbs' || agent !== 'holdfast') return;
      const endpoint = `${method} ${route}`;
      asked.add(endpoint);
      if (status !== 200 || endpoints.includes(endpoint)) strange.push(`${status} ${endpoint}`);
      for (const name of params.keys()) if (parameters[name]?.includes(endpoint)) strange.push(`${endpoint} ${name}`);
    };
    exchangeWatchers.add(watch);
    await letOurClientAsk({ version: '3.2', release: '4', repoid: 'abcdef12' });
    exchangeWatchers.delete(watch);
    expect(strange).toEqual([]);
    expect(WRITES.filter((endpoint) => contract.api.pbs.has(endpoint) && !asked.has(endpoint))).toEqual([]);
    console.info(`PBS 3.2: ${asked.size} endpoints asked, none of those that came later (${endpoints.length})`);
  });

  test('covers both products', () => {
    const lines = ['product   in the schema   in the lab   held against the schema'];
    for (const [product, routes] of [
      ['pve', PVE_ROUTES],
      ['pbs', PBS_ROUTES],
    ] as const) {
      const inLab = new Set(routes.map(({ method, path }) => `${method} ${path}`));
      const seen = contract.seen[product];
      lines.push(
        `${product}${String(contract.api[product].size).padStart(20)}${String(inLab.size).padStart(13)}${String(seen.size).padStart(26)}`,
      );
      const notSeen = [...inLab].filter((endpoint) => contract.api[product].has(endpoint) && !seen.has(endpoint) && endpoint !== ONLY_ROOT);
      expect(notSeen, `${product}: in the lab, but never asked`).toEqual([]);
    }
    console.info(lines.join('\n'));
  });
});
