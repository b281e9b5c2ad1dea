import { digest } from '../digest.ts';
import type { Policy } from '../policy/policy.ts';
import { DEFAULT_SERVER } from '../policy/server.ts';
import { spellDuration } from '../units.ts';

/** Who gets in more easily. Whom another directory lets in, and as what, cannot be judged from here, so that any change of that counts. */
export function weakerServer(before: Policy, after: Policy): string[] {
  const [was, is] = [before.server ?? DEFAULT_SERVER, after.server ?? DEFAULT_SERVER];
  return [
    ...(is.waitingSeconds < was.waitingSeconds
      ? [
          `who is alone waits ${spellDuration(is.waitingSeconds)} instead of ${spellDuration(was.waitingSeconds)} before approving an own change that weakens`,
        ]
      : []),
    ...(is.oidc && digest(is.oidc) !== digest(was.oidc) ? ['others are let in by OpenID Connect, or as something else'] : []),
    ...(is.proxy && digest(is.proxy) !== digest(was.proxy) ? ['others are let in by the reverse proxy, or as something else'] : []),
  ].map((text) => `server: ${text}`);
}
