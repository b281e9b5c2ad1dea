import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a hostile or careless issuer may do with the next id token. */
export type Twist = {
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Claims that are not in the token, only at the userinfo endpoint. */
  readonly userinfo?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  /** `none` sends no signature, `other` one by a key that nobody published. */
  readonly signature?: 'none' | 'other';
};

export type Issuer = {
  readonly url: string;
  /** The person who stands before it; replaced by tests. */
  readonly next: (twist: Twist) => void;
  /** What a browser does that is sent to `location`: the person says yes, and this is where it is sent back to. */
  readonly visit: (location: string) => string;
  /** Token requests it refused, in words. */
  readonly refusals: string[];
  readonly close: () => Promise<void>;
};

export const CLIENT = { id: 'holdfast', secret: 'a secret of the client' } as const;

type Grant = { readonly nonce: string | null; readonly challenge: string | null; readonly redirectUri: string | null };

/** A small OpenID provider on loopback: discovery, keys, code flow with PKCE, tokens signed with RS256, userinfo. */
export async function startIssuer(): Promise<Issuer> {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const grants = new Map<string, Grant>();
  const refusals: string[] = [];
  let twist: Twist = {};
  let url = '';

  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0] ?? '';
    const answer = (status: number, body: unknown): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (path === '/.well-known/openid-configuration')
      return answer(200, {
        issuer: url,
        authorization_endpoint: `${url}/authorize`,
        token_endpoint: `${url}/token`,
        userinfo_endpoint: `${url}/userinfo`,
        jwks_uri: `${url}/keys`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
        code_challenge_methods_supported: ['S256'],
      });
    if (path === '/keys')
      return answer(200, { keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }] });
    if (path === '/userinfo') return answer(200, { sub: 'subject-7', ...twist.userinfo });
    if (path !== '/token') return answer(404, {});
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const form = new URLSearchParams(Buffer.concat(parts).toString());
      const grant = grants.get(form.get('code') ?? '');
      grants.delete(form.get('code') ?? '');
      const secret = form.get('client_secret') ?? basicSecret(request.headers.authorization);
      const refusal = refusalOf(grant, form, secret);
      if (refusal !== undefined) {
        refusals.push(refusal);
        return answer(400, { error: 'invalid_grant' });
      }
      return answer(200, { access_token: 'at', token_type: 'Bearer', expires_in: 60, id_token: idToken(grant!) });
    });
  });
  await new Promise<void>((listens) => server.listen(0, '127.0.0.1', listens));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  function idToken({ nonce }: Grant): string {
    const nowAt = Math.floor(Date.now() / 1000);
    const alg = twist.signature === 'none' ? 'none' : 'RS256';
    const header = { alg, kid: 'one', typ: 'JWT', ...twist.header };
    const claims = {
      iss: url,
      sub: 'subject-7',
      aud: CLIENT.id,
      iat: nowAt,
      exp: nowAt + 300,
      nonce,
      preferred_username: 'olga',
      groups: ['ops'],
      ...twist.claims,
    };
    const text = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    return `${text}.${alg === 'none' ? '' : signed(text, twist.signature === 'other' ? other.privateKey : keys.privateKey)}`;
  }

  return {
    url,
    refusals,
    next: (given) => void (twist = given),
    visit: (location) => {
      const asked = new URL(location).searchParams;
      const code = randomBytes(16).toString('hex');
      const redirectUri = asked.get('redirect_uri');
      grants.set(code, { nonce: asked.get('nonce'), challenge: asked.get('code_challenge'), redirectUri });
      const back = new URL(redirectUri!);
      back.search = new URLSearchParams({ code, state: asked.get('state') ?? '' }).toString();
      return back.href;
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

function refusalOf(grant: Grant | undefined, form: URLSearchParams, secret: string | null): string | undefined {
  if (!grant) return 'unknown code';
  if (secret !== CLIENT.secret) return 'wrong client secret';
  if (form.get('redirect_uri') !== grant.redirectUri) return 'other redirect_uri';
  const verifier = createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url');
  return verifier === grant.challenge ? undefined : 'wrong code_verifier';
}

function basicSecret(authorization: string | undefined): string | null {
  const [, encoded = ''] = /^Basic (.+)$/.exec(authorization ?? '') ?? [];
  const [, secret] = Buffer.from(encoded, 'base64').toString().split(':');
  return secret === undefined ? null : decodeURIComponent(secret.replaceAll('+', ' '));
}

function signed(text: string, key: KeyObject): string {
  return sign('sha256', Buffer.from(text), key).toString('base64url');
}
