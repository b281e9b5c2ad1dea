import type { Source } from '../clock.ts';
import type { Route } from '../route.ts';
import type { PbsState } from './state.ts';

export const PBS_ROUTES: readonly Route<PbsState>[] = [
  { method: 'GET', path: '/ping', privilege: 'anyone', params: {}, handle: () => ({ pong: true }) },
  { method: 'GET', path: '/version', privilege: 'login', params: {}, handle: ({ state }) => state.version },
];

/** What a PBS does by itself. */
export const PBS_SOURCES: readonly Source[] = [];
