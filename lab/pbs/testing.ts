import { dispatch } from '../dispatch.ts';
import type { World } from '../world.ts';
import { PBS_ROUTES } from './routes.ts';

export type Reply = {
  readonly status: number;
  readonly body: string;
  readonly data?: unknown;
  readonly total?: number;
  readonly digest?: string;
};

export type Ask = (call: string, params?: Readonly<Record<string, string | readonly string[]>>) => Reply;

/** Asks a world's PBS as a token of it, without the network between. For tests. */
export function pbsCaller(world: World, token = 'root@pam!lab'): Ask {
  const name = 'pbs';
  const state = () => world.pbs[name]!;
  const site = { product: 'pbs' as const, name, routes: PBS_ROUTES, state, inheritedFrom: () => [] };
  return (call, params = {}) => {
    const [userId = '', tokenName = ''] = token.split('!');
    const authorization = `PBSAPIToken=${token}:${state().access.users[userId]?.tokens[tokenName]?.secret ?? ''}`;
    const [method = '', path = ''] = call.split(' ');
    const raw = new Map(Object.entries(params).map(([key, value]) => [key, [value].flat()]));
    const { status, body, rows } = dispatch(world, site, { method, path, authorization, params: raw });
    if (rows) return { status, body: '', data: [...rows] };
    return { status, body, ...(body.startsWith('{') ? (JSON.parse(body) as object) : {}) };
  };
}
