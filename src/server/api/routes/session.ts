import type { Account, Via } from '#core/access/account.ts';
import { setUp } from '#app/access-setup.ts';
import { checkPassword, type LoggedIn } from '#app/access-sessions.ts';
import { changeOwnPassword } from '#app/access-users.ts';
import type { Access } from '../../auth/access.ts';
import type { Api, ApiContext, Principal } from '../frame.ts';
import { problemResponse, refuse, weakPassword } from '../problem.ts';
import { loginBody, ownPassword, session, setupBody, type Session } from '../schema/session.ts';

const TAG = 'Session';

/** Log-in, log-out and the first account. */
export function addSessionRoutes(api: Api, access: Access, { version }: { readonly version: string }): void {
  const { ports, settings, reach, entering, failedLogins } = access;
  const slowly = makeSlowly(access);
  let setUpAlready = false;

  const describe = async (who: LoggedIn | Principal | undefined): Promise<Session> => {
    setUpAlready ||= (await ports.accounts.list()).length > 0;
    const about = { setupNeeded: !setUpAlready, version, ...(settings.oidc ? { oidc: { label: settings.oidc.label } } : {}) };
    if (!who) return about;
    if (!('account' in who)) return { ...about, user: { name: who.name, role: who.role, via: who.via } };
    const { account, via, csrf, endsAt } = who;
    return { ...about, user: { name: account.name, role: account.role, via }, csrf, expiresAt: endsAt };
  };

  const enter = async (context: ApiContext, { name }: Pick<Account, 'name'>, via: Via): Promise<Response> => {
    const { who, cookie } = await entering.enter(context, name, via);
    return answer(await describe(who), cookie);
  };

  api.route(
    {
      method: 'get',
      path: '/session',
      role: 'anyone',
      tag: TAG,
      summary: 'Who is logged in, and how to',
      answer: session,
      cache: 'no-store',
    },
    async ({ principal, context }) => {
      const loggedIn = access.loggedIn(context);
      // Behind a proxy that logs people in, the page's first question begins its session.
      if (principal?.via === 'proxy' && !loggedIn) return enter(context, principal, 'proxy');
      return describe(loggedIn ?? principal);
    },
  );

  api.route(
    {
      method: 'post',
      path: '/session',
      role: 'anyone',
      tag: TAG,
      summary: 'Log in with name and password',
      body: loginBody,
      answer: session,
    },
    ({ body: { name, password }, context }) =>
      slowly(context, name, async () => {
        const { account, known } = await checkPassword(ports, name, password);
        if (account) return { right: true, respond: () => enter(context, account, 'password') };
        await failedLogins.note(name, known, reach(context).address);
        const fix = 'try again; whoever is locked out asks an admin, or on the machine itself:\n    holdfast user reset-password NAME';
        return { right: false, respond: () => problemResponse(refuse('wrong-login', { fix })) };
      }),
  );

  api.route(
    {
      method: 'post',
      path: '/setup',
      role: 'anyone',
      tag: TAG,
      summary: 'Make the first account, with the secret of the setup link',
      body: setupBody,
      answer: session,
    },
    ({ body, context }) =>
      slowly(context, 'setup', async () => {
        const made = await setUp(ports, body);
        if (made.outcome === 'made') return { right: true, respond: () => enter(context, body, 'password') };
        if (made.outcome === 'weak') return { right: true, respond: () => problemResponse(weakPassword(made.because)) };
        const problem = refuse('forbidden', {
          detail: 'this setup link was used, is older than a day, or was replaced by a newer one',
          fix: 'take the link that the last start of "holdfast serve" printed; where an account exists already, log in',
        });
        return { right: false, respond: () => problemResponse(problem) };
      }),
  );

  api.route(
    { method: 'delete', path: '/session', role: 'viewer', scope: 'none', tag: TAG, summary: 'Log out' },
    async ({ principal, context }) => {
      const headers = { 'cache-control': 'no-store', 'set-cookie': await entering.leave(context, principal!.name) };
      return new Response(null, { status: 204, headers });
    },
  );

  api.route(
    {
      method: 'put',
      path: '/session/password',
      role: 'viewer',
      scope: 'none',
      tag: TAG,
      summary: 'Change the own password',
      description: 'Ends all sessions of the account; the answer is a new one.',
      body: ownPassword,
      answer: session,
    },
    ({ principal, body, context }) =>
      slowly(context, principal!.name, async () => {
        const { name } = principal!;
        const changed = await changeOwnPassword(ports, name, body);
        if (changed.outcome === 'done') return { right: true, respond: () => enter(context, { name }, 'password') };
        if (changed.outcome === 'weak') return { right: true, respond: () => problemResponse(weakPassword(changed.because)) };
        const problem = refuse('wrong-login', { detail: 'the current password is another one', fix: 'try again' });
        return { right: false, respond: () => problemResponse(problem) };
      }),
  );
}

/** What a try came to, and the answer to it. */
type Tried = { readonly right: boolean; readonly respond: () => Promise<Response> | Response };

/** Looks at a secret that somebody sent, as fast as the throttle lets its account and their address. */
function makeSlowly({ throttle, reach }: Access) {
  return async (context: ApiContext, name: string, attempt: () => Promise<Tried>): Promise<Response> => {
    const { address } = reach(context);
    const waitSeconds = throttle.waitSeconds(name, address);
    if (waitSeconds > 0) return tooMany(waitSeconds);
    throttle.tries(name, address);
    const tried = await throttle.atMost(attempt);
    if (!tried) return tooMany(1);
    if (tried.right) throttle.succeeded(name, address);
    return tried.respond();
  };
}

function answer(body: Session, cookie: string): Response {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', 'set-cookie': cookie };
  return new Response(`${JSON.stringify(body)}\n`, { headers });
}

function tooMany(waitSeconds: number): Response {
  const detail = `too many failed tries; the next one is looked at in ${waitSeconds} s`;
  return problemResponse(refuse('too-many', { detail, fix: 'wait so long, then try again' }), { 'retry-after': String(waitSeconds) });
}
