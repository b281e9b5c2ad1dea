import { beginSession, endSession, whoHasSession, type LoggedIn } from '#app/access-sessions.ts';
import type { AccessPorts } from '#app/access.ts';
import type { Via } from '#core/access/account.ts';
import { LONGEST_SECONDS } from '#core/access/session-life.ts';
import type { ApiContext } from '../api/frame.ts';
import type { Reached } from './address.ts';
import { readCookie, setCookie } from './cookie.ts';

export type Entering = {
  /** Begins a session under a new id: one that the browser had before is over, whoever planted it. `cookie` is for the answer. */
  readonly enter: (context: ApiContext, name: string, via: Via) => Promise<{ readonly who: LoggedIn | undefined; readonly cookie: string }>;
  /** Ends the session the browser has; the cookie that says so to it. */
  readonly leave: (context: ApiContext, name: string) => Promise<string>;
};

/** Sessions of browsers: their begin and their end, in the store and in the cookie. */
export function makeEntering(ports: AccessPorts, reach: (context: ApiContext) => Reached): Entering {
  const leave = async (context: ApiContext, name: string): Promise<string> => {
    const reached = reach(context);
    const secret = readCookie(context, 'session', reached);
    if (secret !== undefined) await endSession(ports, secret, name);
    return setCookie('session', '', reached, 0);
  };
  return {
    leave,
    enter: async (context, name, via) => {
      const reached = reach(context);
      await leave(context, name);
      const secret = await beginSession(ports, name, via, reached.address);
      return { who: await whoHasSession(ports, secret), cookie: setCookie('session', secret, reached, LONGEST_SECONDS) };
    },
  };
}
