import { Command as Program, CommanderError, Option as ProgramOption } from 'commander';
import type { Command, Context, Flags } from './command.ts';
import { COMMANDS, type CommandEntry } from './commands.ts';
import { makeOut, type Out, type Streams } from './out.ts';
import { wrap } from './views/wrap.ts';
import { closest } from '#core/closest.ts';
import { LockedError } from '#core/locked.ts';
import { StoreError } from '#core/memory/store-error.ts';
import { ProxmoxError } from '#core/world/proxmox-error.ts';

const GLOBAL_OPTIONS = [
  ['--policy <FILE>', 'the policy file (default: HOLDFAST_POLICY, or holdfast.yaml here)'],
  ['--json', 'one JSON document on standard output, nothing else there'],
  ['--yes', 'answer yes where the command would ask'],
  ['--quiet', 'no progress and no remarks'],
  ['--no-color', 'no colours (also: NO_COLOR)'],
] as const;

/** Help is read on any terminal. */
const HELP_WIDTH = 80;

export type World = Streams & {
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Everything a command may touch, made when a command is known; `flags` are the global ones too. */
  readonly context: (out: Out, flags: Flags) => Promise<Context>;
};

/**
 * Parses arguments, runs one command, and returns its exit code: 2 for a usage error, 1 for a bug.
 * Loads only the module of the command that was asked for.
 */
export async function runCli(argv: readonly string[], world: World): Promise<number> {
  const name = argv.find((word) => !word.startsWith('-'));
  const entry = COMMANDS.find((command) => command.name === name);
  if (name === undefined || name === 'help') return topLevel(argv, world);
  if (!entry) return unknownCommand(name, world);
  const command = await entry.load();
  return runCommand(command, argv.toSpliced(argv.indexOf(name), 1), world);
}

async function runCommand(command: Command, argv: readonly string[], world: World): Promise<number> {
  const program = describe(command);
  program.configureOutput({ writeOut: (text) => void world.stdout.write(text), writeErr: (text) => void world.stderr.write(text) });
  let exitCode = 0;
  let made: Out | undefined;
  const asked = argv.includes('--json');
  program.action(async (...given: unknown[]) => {
    const flags = program.opts<Record<string, string | boolean | string[]>>();
    const args = given
      .slice(0, -2)
      .flat()
      .filter((word): word is string => typeof word === 'string');
    const color = flags['color'] !== false && !world.env['NO_COLOR'] && world.env['TERM'] !== 'dumb';
    const out = makeOut(world, { json: flags['json'] === true, quiet: flags['quiet'] === true, color });
    made = out;
    exitCode = await command.run(await world.context(out, flags), args, flags);
    const owed = exitCode === 0 ? undefined : out.owed();
    if (owed !== undefined) tellJson(world, { message: owed.trim().replace(/^error: /, '') });
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      if (asked && error.exitCode !== 0) tellJson(world, { message: error.message.replace(/^error: /, '') });
      return error.exitCode === 0 ? 0 : 2;
    }
    if (!(error instanceof ProxmoxError || error instanceof LockedError || error instanceof StoreError)) throw error;
    world.stderr.write(`error: ${error.message}\nFix: ${error.fix}\n`);
    const { message, fix } = error;
    if (made?.owed() !== undefined) tellJson(world, { message, fix, ...(error instanceof ProxmoxError && { kind: error.kind }) });
    return error instanceof ProxmoxError && error.kind === 'forbidden' ? 5 : 1;
  }
  return exitCode;
}

/** `--json` is one document, also where there is no answer: `{"error": {"message"}}`. */
function tellJson({ stdout }: World, error: { readonly message: string; readonly fix?: string; readonly kind?: string }): void {
  stdout.write(`${JSON.stringify({ error }, undefined, 2)}\n`);
}

/** The command as commander knows it; also what completion and the reference page are made from. */
export function describe(command: Command): Program {
  const program = new Program(`holdfast ${command.name}`);
  program.description(command.summary).exitOverride().showHelpAfterError(`(holdfast ${command.name} --help shows all options)`);
  for (const arg of command.args ?? []) program.argument(arg.name.startsWith('[') ? arg.name : `<${arg.name}>`, arg.help);
  for (const option of command.options) {
    const spec = option.flags.replace(/ ([A-Z][A-Z-]*)(\.\.\.)?$/, ' <$1$2>');
    const made = new ProgramOption(spec, option.help);
    if (option.choices) made.choices([...option.choices]);
    if (option.default !== undefined) made.default(option.default);
    program.addOption(made);
  }
  for (const [flags, help] of GLOBAL_OPTIONS) program.option(flags, help);
  program.addHelpText('after', () => {
    const examples = command.examples.map(({ run, does }) => `  ${run}\n${wrap(does, { width: HELP_WIDTH, indent: 6 })}`);
    const exits = Object.entries(command.exits).map(([code, meaning]) =>
      wrap(`${code.padStart(5)}  ${meaning}`, { width: HELP_WIDTH, indent: 0, hanging: 7 }),
    );
    return `\nExamples:\n${examples.join('\n')}\n\nExit codes:\n${exits.join('\n')}`;
  });
  return program;
}

function topLevel(argv: readonly string[], world: World): number {
  if (argv.includes('--version') || argv.includes('-V')) {
    world.stdout.write(`${world.version}\n`);
    return 0;
  }
  const strange = argv.find((word) => word.startsWith('-') && word !== '--help' && word !== '-h');
  if (strange !== undefined) {
    world.stderr.write(`error: unknown option '${strange}'\n`);
    return 2;
  }
  world.stdout.write(overview(COMMANDS));
  return argv.length === 0 ? 2 : 0;
}

function overview(commands: readonly CommandEntry[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const rows = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `Usage: holdfast COMMAND [options]

Proves that backups of Proxmox guests keep what was promised.

Commands:
${rows.join('\n')}

Every command has --help with examples and its exit codes.
`;
}

function unknownCommand(name: string, world: World): number {
  const near = closest(
    name,
    COMMANDS.map((command) => command.name),
  );
  world.stderr.write(`error: unknown command '${name}'${near ? ` (did you mean ${near}?)` : ''}\n`);
  world.stderr.write('holdfast --help lists all commands.\n');
  return 2;
}
