import { advanceTo, parseSpan } from './clock.ts';
import type { Site } from './dispatch.ts';
import type { Fault } from './faults.ts';
import { PBS_SOURCES } from './pbs/jobs.ts';
import { PBS_ROUTES } from './pbs/routes.ts';
import { hasBy } from './pbs/since.ts';
import type { PbsState } from './pbs/state.ts';
import { introduce } from './pve/reach.ts';
import { PVE_ROUTES, PVE_SOURCES, pvePoolPaths } from './pve/routes.ts';
import type { PveState } from './pve/state.ts';
import { SCENARIOS } from './scenarios/scenarios.ts';
import { startServer, type RunningServer } from './server.ts';
import type { World } from './world.ts';

export type LabServer = {
  readonly product: 'pve' | 'pbs';
  readonly url: string;
  readonly fingerprint: string;
  /** `root@pam!lab` → what stands after `PVEAPIToken=` or `PBSAPIToken=`. */
  readonly tokens: Readonly<Record<string, string>>;
};

export type Lab = {
  /** The first PVE and the first PBS; more of them stand in `servers` by their name. */
  readonly pve: LabServer;
  readonly pbs: LabServer;
  readonly servers: Readonly<Record<string, LabServer>>;
  readonly world: World;
  /** Lets virtual seconds pass; everything due on the way happens. */
  readonly advance: (seconds: number) => void;
  /** From now on virtual time goes `rate` times as fast as real time; 0: it stands still. */
  readonly flow: (rate: number) => void;
  /** Virtual time at this moment. */
  readonly now: () => number;
  readonly close: () => Promise<void>;
};

export type LabOptions = {
  /** A name from `lab/scenarios`, or a world made by hand. */
  readonly scenario: string | World;
  /** Where the virtual clock begins; default 2026-11-25 00:00 UTC. */
  readonly now?: number;
  /** `real`: virtual time goes on with real time. Default: it stands still until advanced. */
  readonly clock?: 'still' | 'real';
  readonly pvePort?: number;
  readonly pbsPort?: number;
};

export const LAB_EPOCH = Date.UTC(2026, 10, 25) / 1000;

/** Starts a lab on loopback. The caller closes it. */
export async function startLab(options: LabOptions): Promise<Lab> {
  const world = typeof options.scenario === 'string' ? makeWorld(options.scenario, options.now ?? LAB_EPOCH) : options.scenario;
  const sources = [...PVE_SOURCES, ...PBS_SOURCES];
  const course = { virtual: world.now, real: Date.now() / 1000, rate: options.clock === 'real' ? 1 : 0 };
  // A clock that stands still may be set back between two requests, with the world it belongs to.
  const catchUp = () => {
    if (course.rate > 0) advanceTo(world, Math.floor(course.virtual + (Date.now() / 1000 - course.real) * course.rate), sources);
  };
  const advance = (seconds: number) => {
    course.virtual += seconds;
    advanceTo(world, world.now + seconds, sources);
  };
  const flow = (rate: number) => {
    catchUp();
    Object.assign(course, { virtual: world.now, real: Date.now() / 1000, rate });
  };
  const now = () => {
    catchUp();
    return world.now;
  };
  const lever = (method: string, path: string, query: URLSearchParams, body: string) =>
    pull({ world, advance }, `${method} ${path}`, query, body);
  const common = { world, beforeRequest: catchUp, lever };
  const running: RunningServer[] = [];
  const servers: Record<string, LabServer> = {};
  for (const [index, name] of Object.keys(world.pve).entries()) {
    const server = await startServer({ ...common, site: pveSite(world, name), port: index === 0 ? (options.pvePort ?? 0) : 0 });
    running.push(server);
    world.pve[name]!.fingerprint = server.fingerprint;
    servers[name] = describe('pve', server, world.pve[name]!);
  }
  for (const [index, name] of Object.keys(world.pbs).entries()) {
    const server = await startServer({ ...common, site: pbsSite(world, name), port: index === 0 ? (options.pbsPort ?? 0) : 0 });
    running.push(server);
    world.pbs[name]!.fingerprint = server.fingerprint;
    world.pbs[name]!.listensOn = Number(new URL(server.url).port);
    const { hostname, port } = new URL(server.url);
    introduce(world, { name, host: hostname, port: Number(port), fingerprint: server.fingerprint });
    servers[name] = describe('pbs', server, world.pbs[name]!);
  }
  const first = (product: 'pve' | 'pbs') => {
    const found = Object.values(servers).find((server) => server.product === product);
    if (!found) throw new Error(`the scenario has no ${product}`);
    return found;
  };
  return {
    pve: first('pve'),
    pbs: first('pbs'),
    servers,
    world,
    advance,
    flow,
    now,
    close: async () => {
      await Promise.all(running.map((server) => server.close()));
    },
  };
}

function makeWorld(scenario: string, now: number): World {
  const make = SCENARIOS[scenario];
  if (!make) throw new Error(`no scenario '${scenario}'; there are: ${Object.keys(SCENARIOS).join(', ')}`);
  return make(now);
}

function pveSite(world: World, name: string): Site<PveState> {
  const state = () => world.pve[name]!;
  return { product: 'pve', name, routes: PVE_ROUTES, state, inheritedFrom: (path) => pvePoolPaths(state(), path) };
}

function pbsSite(world: World, name: string): Site<PbsState> {
  return { product: 'pbs', name, routes: PBS_ROUTES, state: () => world.pbs[name]!, inheritedFrom: () => [], has: hasBy };
}

function describe(product: 'pve' | 'pbs', server: RunningServer, state: PveState | PbsState): LabServer {
  const tokens: Record<string, string> = {};
  for (const [userId, user] of Object.entries(state.access.users)) {
    for (const [name, token] of Object.entries(user.tokens)) {
      tokens[`${userId}!${name}`] = `${userId}!${name}${product === 'pve' ? '=' : ':'}${token.secret}`;
    }
  }
  return { product, url: server.url, fingerprint: server.fingerprint, tokens };
}

type Levers = { readonly world: World; readonly advance: (seconds: number) => void };

/** `/lab/…` on either server: what no Proxmox has. */
function pull({ world, advance }: Levers, lever: string, query: URLSearchParams, body: string): unknown {
  switch (lever) {
    case 'GET /lab/world':
      return world;
    case 'GET /lab/time':
      return { now: world.now };
    case 'POST /lab/advance': {
      const to = query.get('to');
      const seconds = to === null ? parseSpan(query.get('by') ?? '') : Number(to) - world.now;
      if (seconds === undefined || !Number.isSafeInteger(seconds) || seconds < 0)
        return { error: 'say ?by=90d, or ?to= a later Unix second' };
      advance(seconds);
      return { now: world.now };
    }
    case 'POST /lab/faults':
      world.faults.push(JSON.parse(body) as Fault);
      return world.faults;
    case 'DELETE /lab/faults':
      world.faults.length = 0;
      return world.faults;
    default:
      return { error: `no such lever: ${lever}` };
  }
}
