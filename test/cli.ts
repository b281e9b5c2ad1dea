import type { Ports } from '#app/ports.ts';
import { runCli } from '#cli/cli.ts';

export type Ran = { readonly code: number; readonly out: string; readonly err: string };

/** Runs one command in this process with a fixed clock, given lines of standard input, and no world but the ports given. */
export async function runHere(
  argv: readonly string[],
  given: {
    readonly nowAt: number;
    readonly lines?: readonly string[];
    readonly ports?: Partial<Ports>;
    readonly files?: Map<string, string>;
    /** As wide as a terminal; none where absent. */
    readonly columns?: number;
  },
): Promise<Ran> {
  let [out, err] = ['', ''];
  const absent = (): never => {
    throw new Error('this test gave the command no such port');
  };
  const ports: Ports = {
    clock: { now: () => given.nowAt },
    policySource: { load: absent },
    connect: absent,
    examiner: { examine: absent, showCertificate: absent },
    store: { locked: absent, appendIntent: absent, intents: absent },
    log: { info: absent, warn: absent },
    ...given.ports,
  };
  const code = await runCli(argv, {
    stdout: { write: (text) => (out += text), ...(given.columns !== undefined && { columns: given.columns }) },
    stderr: { write: (text) => (err += text) },
    env: {},
    version: '0.0.0',
    context: async (made) => ({
      out: made,
      ports,
      env: {},
      lines: () => linesOf(given.lines ?? []),
      readFile: async (path) => given.files?.get(path) ?? missing(path),
      writeFile: async (path, text) =>
        void given.files?.set(path, typeof text === 'string' ? text : (await Array.fromAsync(text)).join('')),
      interactive: false,
    }),
  });
  return { code, out, err };
}

async function* linesOf(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

function missing(path: string): never {
  throw Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), { code: 'ENOENT' });
}
