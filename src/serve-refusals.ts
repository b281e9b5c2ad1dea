import type { ServeOptions } from '#cli/command.ts';
import { StoreError } from '#core/memory/store-error.ts';
import type { ServeParts } from './serve-parts.ts';

/* What forbids that `serve` starts, told with its fix. */

type Problem = { readonly problem: string; readonly fix: string };

/** A token that is shorter can be guessed. */
const SHORTEST_TOKEN = 16;

/** A database that does not answer now may later; one that Holdfast may not use at all is an error of the start. */
export async function tryMemory({ memory, ports, log }: ServeParts): Promise<Problem | undefined> {
  try {
    for (const { problem, why, fix } of await memory.troubles(ports.clock.now())) log.warn(problem, { why, fix });
    return undefined;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const { kind, message: problem, fix } = error;
    if (kind !== 'unreachable' && kind !== 'busy') return { problem, fix };
    log.warn(problem, { fix });
    return undefined;
  }
}

/** The token that a caller of the webhooks shows; none where none was asked for. */
export async function readHookToken(
  { readSecret }: ServeParts,
  { hookToken: ref }: ServeOptions,
): Promise<Problem | { readonly hookToken?: string }> {
  if (ref === undefined) return {};
  try {
    const hookToken = await readSecret(ref);
    if (hookToken.length >= SHORTEST_TOKEN) return { hookToken };
    return { problem: `The webhook token has ${hookToken.length} characters`, fix: 'make a longer one:\n    openssl rand -hex 24' };
  } catch (error) {
    if (!isTold(error)) throw error;
    return { problem: error.message, fix: error.fix };
  }
}

function isTold(error: unknown): error is Error & { readonly fix: string } {
  return error instanceof Error && 'fix' in error && typeof error.fix === 'string';
}

/** Why nothing can listen at `where`. What is no fault of the address is thrown again. */
export function explainListen(error: unknown, where: string): Problem {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE')
    return {
      problem: `Something listens on ${where} already`,
      fix: 'is a second holdfast running? If not, choose another port:\n    holdfast serve --listen 127.0.0.1:8471',
    };
  if (code === 'EACCES') return { problem: `This user may not listen on ${where}`, fix: 'choose a port above 1023' };
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return { problem: `This machine has no address ${where}`, fix: 'listen on 127.0.0.1, or on 0.0.0.0 for every address' };
  throw error;
}
