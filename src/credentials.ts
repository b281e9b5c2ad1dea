import { argon2, createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Credentials } from '#app/ports.ts';

/** As OWASP's password storage cheat sheet has it for Argon2id: 19 MiB, two passes, one lane. */
const NOW_USED = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const HASH_BYTES = 32;
/** Each hash takes its memory and a thread. Log-ins beyond these wait in line. */
const AT_ONCE = 2;

type Parameters = { readonly memory: number; readonly passes: number; readonly parallelism: number };

/** Secrets by the system's own random numbers and hashes; passwords by Argon2id. */
export function makeCredentials(parameters: Parameters = NOW_USED): Credentials {
  const inLine = makeLine(AT_ONCE);
  const hash = (password: string, salt: Buffer, given: Parameters, bytes: number): Promise<Buffer> =>
    inLine(
      () =>
        new Promise((resolve, reject) => {
          const message = password.normalize('NFKC');
          argon2('argon2id', { message, nonce: salt, tagLength: bytes, ...given }, (error, made) =>
            error ? reject(error) : resolve(made),
          );
        }),
    );
  let nobodys: Promise<string> | undefined;
  const hashPassword = async (password: string): Promise<string> => {
    const salt = randomBytes(16);
    return spell(parameters, salt, await hash(password, salt, parameters, HASH_BYTES));
  };
  return {
    make: () => randomBytes(32).toString('base64url'),
    fingerprint: (secret) => createHash('sha256').update(secret).digest('hex'),
    derive: (secret, purpose) => createHmac('sha256', secret).update(purpose).digest('base64url'),
    same: (a, b) => timingSafeEqual(sha256(a), sha256(b)),
    hashPassword,
    isPassword: async (password, stored) => {
      const known = parse(stored ?? (await (nobodys ??= hashPassword(randomBytes(16).toString('hex')))));
      if (!known) return false;
      const made = await hash(password, known.salt, known.parameters, known.hash.length);
      return timingSafeEqual(made, known.hash) && stored !== undefined;
    },
  };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** The PHC string format: `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH`. */
function spell({ memory, passes, parallelism }: Parameters, salt: Buffer, hash: Buffer): string {
  const text = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${text(salt)}$${text(hash)}`;
}

function parse(stored: string): { readonly parameters: Parameters; readonly salt: Buffer; readonly hash: Buffer } | undefined {
  const found = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]{11,})\$([A-Za-z0-9+/]{11,})$/.exec(stored);
  if (!found) return undefined;
  const [, memory, passes, parallelism, salt = '', hash = ''] = found;
  const parameters = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  return { parameters, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') };
}

/** Runs at most so many at once; the others in the order they came. */
function makeLine(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = most;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((turn) => waiting.push(turn));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
