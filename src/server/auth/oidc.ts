import type { Configuration } from 'openid-client';
import type { OidcSettings } from '#core/policy/server.ts';

/** What an issuer says of somebody, proved by its signature. */
export type Claims = { readonly subject: string; readonly name: string | undefined; readonly groups: readonly string[] };

export type Oidc = {
  /** Where to send the browser, and what it must bring back: only the browser that began may end. */
  readonly begin: (redirectUri: string) => Promise<{ readonly url: string; readonly pending: string }>;
  /** Redeems the code the browser came back with. Throws where anything about it is not as it must be. */
  readonly finish: (came: { readonly redirectUri: string; readonly search: string; readonly pending: string }) => Promise<Claims>;
};

/** An issuer that does not answer is not waited for longer. */
const TIMEOUT_SECONDS = 10;

/**
 * Log-in by OpenID Connect: code flow with PKCE, state and nonce. The id token's signature is checked by the issuer's published keys also where it came
 * over TLS. The package and what the issuer publishes are loaded by the first log-in.
 */
export function makeOidc(settings: OidcSettings, readSecret: () => Promise<string | undefined>): Oidc {
  let discovered: Promise<Configuration> | undefined;
  const client = () => import('openid-client');
  const configuration = (): Promise<Configuration> => {
    discovered ??= discover(settings, readSecret);
    discovered.catch(() => (discovered = undefined));
    return discovered;
  };
  return {
    begin: async (redirectUri) => {
      const { buildAuthorizationUrl, calculatePKCECodeChallenge, randomNonce, randomPKCECodeVerifier, randomState } = await client();
      const [state, nonce, verifier] = [randomState(), randomNonce(), randomPKCECodeVerifier()];
      const url = buildAuthorizationUrl(await configuration(), {
        redirect_uri: redirectUri,
        scope: ['openid', ...settings.scopes].join(' '),
        code_challenge: await calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
      });
      return { url: url.href, pending: [state, nonce, verifier].join('.') };
    },
    finish: async ({ redirectUri, search, pending }) => {
      const { authorizationCodeGrant, fetchUserInfo } = await client();
      const [state = '', nonce = '', verifier = ''] = pending.split('.');
      const config = await configuration();
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier };
      const tokens = await authorizationCodeGrant(config, new URL(search, redirectUri), checks);
      const told = tokens.claims()!;
      const wanted = [settings.rolesClaim, settings.nameClaim];
      // Some issuers tell groups only to who asks for them with the access token.
      const asksMore = wanted.some((claim) => read(told, claim) === undefined) && config.serverMetadata().userinfo_endpoint !== undefined;
      const claims = asksMore ? { ...(await fetchUserInfo(config, tokens.access_token, told.sub)), ...told } : told;
      const name = read(claims, settings.nameClaim);
      return { subject: told.sub, name: typeof name === 'string' ? name : undefined, groups: textsOf(read(claims, settings.rolesClaim)) };
    },
  };
}

async function discover({ issuer, clientId }: OidcSettings, readSecret: () => Promise<string | undefined>): Promise<Configuration> {
  const { allowInsecureRequests, discovery, enableNonRepudiationChecks, None } = await import('openid-client');
  const secret = await readSecret();
  // The policy allows an issuer without TLS on this machine only.
  const insecure = issuer.startsWith('http:') ? [allowInsecureRequests] : [];
  const options = { execute: [enableNonRepudiationChecks, ...insecure], timeout: TIMEOUT_SECONDS };
  return secret === undefined
    ? discovery(new URL(issuer), clientId, undefined, None(), options)
    : discovery(new URL(issuer), clientId, secret, undefined, options);
}

/** A claim by its name, or inside others by a path: `realm_access.roles`. */
function read(claims: Readonly<Record<string, unknown>>, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let value: unknown = claims;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[part];
  }
  return value;
}

function textsOf(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');
}
