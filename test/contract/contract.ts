import type { Exchange } from '#lab/dispatch.ts';
import { CORRECTIONS, LOOSE } from './corrections.ts';
import { loadApi, requestErrors, valueErrors, type Api, type Product } from './schema.ts';

/** How an exchange with the lab breaks the official schema. */
export type Breach = {
  readonly product: Product;
  readonly endpoint: string;
  readonly kind: 'request' | 'answer' | 'unknown endpoint';
  readonly errors: readonly string[];
};

export type Contract = {
  readonly api: Readonly<Record<Product, Api>>;
  /** Endpoint → how often a valid request and a valid answer were seen. */
  readonly seen: Readonly<Record<Product, Map<string, number>>>;
  readonly breaches: Breach[];
  /** Valid writes of our own client, with the parameters that were sent. */
  readonly written: Readonly<Record<Product, Map<string, Set<string>>>>;
  readonly watch: (exchange: Exchange) => void;
};

/** Real endpoints that our cut of the schema leaves out. */
const OUTSIDE = new Set([
  'GET /nodes/{node}/certificates/info',
  ...['GET', 'PUT', 'DELETE'].flatMap((method) => [`${method} /access/users/{userid}`, `${method} /access/roles/{roleid}`]),
]);

/**
 * Holds exchanges against the official schema. What the lab answers with 200 must have been asked as the schema says, and be
 * answered as it says (corrected where a real server breaks it): a lab that is more lenient than the real one hides mistakes.
 * What our own client sends must be valid whatever it is answered, and go to an endpoint there is.
 */
export function contractWith(shared: string): Contract {
  const api = { pve: loadApi(shared, 'pve'), pbs: loadApi(shared, 'pbs') };
  const seen = { pve: new Map<string, number>(), pbs: new Map<string, number>() };
  const breaches: Breach[] = [];
  const known = new Set<string>();
  const report = (breach: Breach) => {
    const key = JSON.stringify([breach.product, breach.endpoint, breach.kind, breach.errors.map((error) => error.replaceAll(/\d+/g, 'n'))]);
    if (!known.has(key)) breaches.push(breach);
    known.add(key);
  };
  const written = { pve: new Map<string, Set<string>>(), pbs: new Map<string, Set<string>>() };
  const watch = (exchange: Exchange) => {
    if (exchange.agent === 'holdfast') watchClient(exchange);
    const { product, method, route, params, status, data } = exchange;
    if (route === undefined || status !== 200) return;
    const endpoint = `${method} ${route}`;
    const described = api[product].get(endpoint);
    if (!described) return OUTSIDE.has(endpoint) ? undefined : report({ product, endpoint, kind: 'unknown endpoint', errors: [] });
    const asked = requestErrors(described.parameters, params);
    if (asked.length > 0) report({ product, endpoint, kind: 'request', errors: asked });
    const answer = data !== null && typeof data === 'object' && Symbol.iterator in data && !Array.isArray(data) ? undefined : plain(data);
    const returns = CORRECTIONS[product][endpoint] ?? described.returns ?? {};
    const loose = LOOSE[product][endpoint];
    const answered = answer === undefined ? [] : valueErrors(returns, answer).filter((error) => !loose?.test(error));
    if (answered.length > 0) report({ product, endpoint, kind: 'answer', errors: answered.slice(0, 5) });
    if (asked.length + answered.length === 0) seen[product].set(endpoint, (seen[product].get(endpoint) ?? 0) + 1);
    return undefined;
  };
  const watchClient = ({ product, method, route, params, status }: Exchange) => {
    if (status === 401) return;
    const endpoint = `${method} ${route ?? 'of no route'}`;
    const described = api[product].get(endpoint);
    if (!described && OUTSIDE.has(endpoint)) return;
    const errors = described ? requestErrors(described.parameters, params) : [`answered ${status}`];
    if (errors.length > 0)
      report({ product, endpoint, kind: described ? 'request' : 'unknown endpoint', errors: ['our client sends this', ...errors] });
    else if (method !== 'GET') written[product].set(endpoint, new Set([...(written[product].get(endpoint) ?? []), ...params.keys()]));
  };
  return { api, seen, breaches, written, watch };
}

/** As it goes over the wire. */
function plain(data: unknown): unknown {
  const inner = data !== null && typeof data === 'object' && 'beside' in data && 'data' in data ? data.data : data;
  return JSON.parse(JSON.stringify(inner ?? null)) as unknown;
}
