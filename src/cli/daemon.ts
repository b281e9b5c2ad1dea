import { text, type Context, type DaemonRequest, type Flags, type Option } from './command.ts';

export const SERVER_OPTIONS: readonly Option[] = [
  { flags: '--server URL', help: 'ask this running holdfast serve in place of files and servers (default: HOLDFAST_SERVER)' },
  { flags: '--token SECRET', help: 'with --server: env:NAME, file:/path or exec:command of its API token (default: HOLDFAST_TOKEN)' },
];

/** What a daemon answers where one is to be asked, or the exit code where it does not; undefined: none is to be asked. */
export async function askServer(
  { env, ask, out, readSecret }: Context,
  flags: Flags,
  request: DaemonRequest,
): Promise<{ readonly value: unknown } | { readonly exitCode: number } | undefined> {
  const server = text(flags, 'server') ?? (env['HOLDFAST_SERVER'] || undefined);
  if (server === undefined) return undefined;
  if (!ask || !readSecret) throw new Error('this process can ask no daemon');
  const ref = text(flags, 'token') ?? (env['HOLDFAST_TOKEN'] ? 'env:HOLDFAST_TOKEN' : undefined);
  if (ref !== undefined && !isSecretRef(ref)) {
    out.error('error: --token takes env:NAME, file:/path or exec:command, never the token itself');
    return { exitCode: 2 };
  }
  let token: string | undefined;
  try {
    token = ref === undefined ? undefined : await readSecret(ref);
  } catch (error) {
    if (!(error instanceof Error && 'fix' in error)) throw error;
    out.error(`error: ${error.message}.\n  Fix: ${String(error.fix)}`);
    return { exitCode: 2 };
  }
  const answer = await ask({ server, token, ...request });
  if (answer.ok) return { value: answer.value };
  out.error(`error: ${answer.problem}.\n  Fix: ${answer.fix}`);
  return { exitCode: answer.exitCode };
}

function isSecretRef(text: string): text is `env:${string}` {
  return /^(?:env|file|exec):./.test(text);
}
