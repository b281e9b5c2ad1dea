import { mayAny, type Rights } from '../auth.ts';
import { refuse, type Call } from '../route.ts';
import type { PveState } from './state.ts';

/** Paths whose rights hold for `path` too: those of the pools whose member it is. */
export function pvePoolPaths(state: PveState, path: string): readonly string[] {
  const [, kind, id] = path.split('/');
  if (kind === 'vms')
    return Object.keys(state.pools)
      .filter((pool) => state.pools[pool]!.vmids.includes(Number(id)))
      .map((pool) => `/pool/${pool}`);
  if (kind === 'storage')
    return Object.keys(state.pools)
      .filter((pool) => state.pools[pool]!.storages.includes(id ?? ''))
      .map((pool) => `/pool/${pool}`);
  return [];
}

/** Asks about many paths for one call; the answer on `/` holds for all where nothing deeper is set. */
export function checker(call: Call<PveState>): (path: string, ...privileges: readonly string[]) => boolean {
  const { state, world, caller } = call;
  const rights: Rights = { access: state.access, now: world.now, inheritedFrom: (path) => pvePoolPaths(state, path) };
  const flat = state.access.acl.every(({ path, propagate }) => path === '/' && propagate);
  const known = new Map<string, boolean>();
  return (path, ...privileges) => {
    const key = `${flat ? '/' : path} ${privileges.join(' ')}`;
    let answer = known.get(key);
    if (answer === undefined) known.set(key, (answer = mayAny(rights, caller, flat ? '/' : path, privileges)));
    return answer;
  };
}

/** Refuses as PVE does where none of the privileges is there. */
export function must(call: Call<PveState>, path: string, ...privileges: readonly string[]): void {
  if (!checker(call)(path, ...privileges)) refuse(403, `Permission check failed (${path}, ${privileges.join('|')})`);
}
