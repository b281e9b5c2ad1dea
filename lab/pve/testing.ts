import { dispatch } from '../dispatch.ts';
import type { Lab } from '../lab.ts';
import { PVE_ROUTES, pvePoolPaths } from './routes.ts';

export type Reply = {
  readonly status: number;
  readonly data?: unknown;
  readonly message?: string;
  readonly errors?: Record<string, string>;
  readonly total?: number;
};

export type Ask = (call: string, params?: Readonly<Record<string, string | readonly string[]>>) => Reply;

/** Asks a lab's PVE as a token of it, without the network between. For tests. */
export function caller(lab: Lab, token = 'root@pam!lab'): Ask {
  const name = 'pve';
  const state = () => lab.world.pve[name]!;
  const site = { product: 'pve' as const, name, routes: PVE_ROUTES, state, inheritedFrom: (path: string) => pvePoolPaths(state(), path) };
  const authorization = `PVEAPIToken=${lab.servers[name]!.tokens[token]}`;
  return (call, params = {}) => {
    const [method = '', path = ''] = call.split(' ');
    const raw = new Map(Object.entries(params).map(([key, value]) => [key, [value].flat()]));
    const { status, body, rows } = dispatch(lab.world, site, { method, path, authorization, params: raw });
    return { status, ...(rows ? { data: [...rows] } : (JSON.parse(body) as object)) };
  };
}
