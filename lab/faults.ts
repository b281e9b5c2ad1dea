import type { World } from './world.ts';

/**
 * A misbehaviour on demand. `call` is matched against `METHOD /path` (with a RegExp source); `times` counts down and
 * `after` lets that many matching calls through first. `server` is the server's name; absent: any.
 */
export type Fault = {
  server?: string;
  call: string;
  after?: number;
  times: number;
  kind: FaultKind;
};

export type FaultKind =
  /** Status, reason and body as given: `{status: 596, reason: 'Broken pipe', body: ''}`. */
  | { answer: { status: number; reason?: string; contentType?: string; body: string } }
  /** The request is carried out, then the connection closes without an answer. */
  | 'lost-answer'
  /** The connection closes before anything is done. */
  | 'refused'
  /** Nothing is done, and nothing ever comes. */
  | 'hang'
  /** The request is carried out, and nothing ever comes. */
  | 'mute'
  /** The first half of the true answer, then the connection closes. */
  | 'half-answer'
  /** The true answer, under `text/html`. */
  | 'wrong-content-type'
  /** To another place. */
  | 'redirect'
  /** The true answer, a few bytes at a time. */
  | 'slow-drip'
  /** PBS: the privileged daemon is down: reading goes on, each write is 400 `client error (Connect)`. */
  | 'daemon-down';

/** The fault that strikes this call, if any; its counters move on. A `daemon-down` leaves reads alone. */
export function strike(world: World, server: string, method: string, path: string): FaultKind | undefined {
  for (const fault of world.faults) {
    if (fault.server !== undefined && fault.server !== server) continue;
    if (fault.kind === 'daemon-down' && method === 'GET') continue;
    if (!new RegExp(fault.call).test(`${method} ${path}`)) continue;
    if ((fault.after ?? 0) > 0) {
      fault.after = (fault.after ?? 0) - 1;
      continue;
    }
    if (fault.times <= 0) continue;
    fault.times -= 1;
    return fault.kind;
  }
  return undefined;
}
