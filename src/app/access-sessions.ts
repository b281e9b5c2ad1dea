import type { Account, Session, Via } from '#core/access/account.ts';
import { IDLE_SECONDS, isSessionOver, sessionEndsAt, SIGHT_SECONDS } from '#core/access/session-life.ts';
import type { UnixSeconds } from '#core/units.ts';
import { accessEntry, type AccessPorts } from './access.ts';

/** What a session's CSRF token is derived for. */
const CSRF = 'csrf';

export type LoggedIn = {
  readonly account: Account;
  readonly via: Via;
  /** To be sent back with what changes something. */
  readonly csrf: string;
  readonly endsAt: UnixSeconds;
};

/**
 * The account whose name and password these are; undefined where there is none, without telling which of both is wrong or that the account is
 * disabled, and in the same time.
 */
export async function checkPassword(
  { accounts, credentials }: AccessPorts,
  name: string,
  password: string,
): Promise<{ readonly account?: Account; readonly known: boolean }> {
  const found = await accounts.find(name);
  const right = await credentials.isPassword(password, found?.passwordHash);
  return { known: found !== undefined, ...(found && right && !found.account.disabled ? { account: found.account } : {}) };
}

/** Begins a session under a new secret, which is returned and kept nowhere. */
export async function beginSession(ports: AccessPorts, account: string, via: Session['via'], from: string): Promise<string> {
  const { accounts, credentials, clock } = ports;
  const [secret, now] = [credentials.make(), clock.now()];
  const session = { account, via, createdAt: now, seenAt: now };
  const entry = accessEntry(ports, account, 'log in', account, `by ${via} from ${from}`);
  await accounts.beginSession(credentials.fingerprint(secret), session, now - IDLE_SECONDS, entry);
  return secret;
}

/** Who is logged in with this secret at this moment, as the account is now; undefined where the session is over or the account disabled. */
export async function whoHasSession({ accounts, credentials, clock }: AccessPorts, secret: string): Promise<LoggedIn | undefined> {
  const hash = credentials.fingerprint(secret);
  const now = clock.now();
  const found = await accounts.session(hash);
  if (!found || found.account.disabled || isSessionOver(found.session, now)) return undefined;
  const { session, account } = found;
  if (now - session.seenAt >= SIGHT_SECONDS) await accounts.sawSession(hash, now);
  const endsAt = sessionEndsAt({ ...session, seenAt: now });
  return { account, via: session.via, csrf: credentials.derive(secret, CSRF), endsAt };
}

/** Ends the session on the server, so that its secret is worth nothing any more. */
export async function endSession(ports: AccessPorts, secret: string, account: string): Promise<void> {
  const { accounts, credentials } = ports;
  await accounts.endSession(credentials.fingerprint(secret), accessEntry(ports, account, 'log out', account));
}
