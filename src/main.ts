import { readFile, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { runCli } from '#cli/cli.ts';
import { text, type Flags } from '#cli/command.ts';
import { makePolicySource } from '#config/policy-source.ts';
import type { Ports } from '#app/ports.ts';

/** Wires ports to adapters and runs one command. `overrides` replace ports, for the demo's clock and for tests. */
export async function run(argv: readonly string[], overrides: Partial<Ports> = {}): Promise<number> {
  const { env, stdin, stdout, stderr } = process;
  return runCli(argv, {
    stdout,
    stderr,
    env,
    version: '0.1.0',
    context: async (out, flags) => ({
      out,
      env,
      ports: await wire(out, flags, overrides),
      lines: () => createInterface({ input: stdin, crlfDelay: Infinity }),
      readFile: (path) => readFile(path, 'utf8'),
      writeFile: (path, text) => writeFile(path, text),
      interactive: stdin.isTTY === true && stdout.isTTY === true && flags['yes'] !== true && !out.json,
    }),
  });
}

async function wire(_out: unknown, flags: Flags, overrides: Partial<Ports>): Promise<Ports> {
  const clock = overrides.clock ?? { now: () => Math.floor(Date.now() / 1000) };
  return {
    clock,
    policySource: makePolicySource({ flag: text(flags, 'policy'), env: process.env, cwd: process.cwd(), now: clock.now }),
    connect: () => {
      throw new Error('not wired yet');
    },
    store: { locked: (_name, work) => work(), appendIntent: async () => {}, intents: async () => [] },
    log: { info: () => {}, warn: () => {} },
    ...overrides,
  };
}
