import type { Source } from '../clock.ts';
import type { Route } from '../route.ts';
import type { PveState } from './state.ts';

export const PVE_ROUTES: readonly Route<PveState>[] = [
  { method: 'GET', path: '/version', privilege: 'login', params: {}, handle: ({ state }) => state.version },
];

/** What a PVE does by itself. */
export const PVE_SOURCES: readonly Source[] = [];

/** Paths whose rights hold for `path` too: those of the pool whose member it is. */
export function pvePoolPaths(_state: PveState, _path: string): readonly string[] {
  return [];
}
