import type { Ports, Timers } from '#app/ports.ts';
import type { Policy, SecretRef } from '#core/policy/policy.ts';
import type { Out } from './out.ts';

/** One command of `holdfast`: data for help, completion and reference, and one function. It neither formats nor decides. */
export type Command = {
  readonly name: string;
  /** One line. A second sentence says what it does not do. */
  readonly summary: string;
  /** `EVENT`, `[GUEST...]`, in order. */
  readonly args?: readonly { readonly name: string; readonly help: string }[];
  readonly options: readonly Option[];
  readonly examples: readonly { readonly run: string; readonly does: string }[];
  /** What each exit code means here. */
  readonly exits: Readonly<Record<number, string>>;
  readonly run: (context: Context, args: readonly string[], flags: Flags) => Promise<number>;
};

/** `flags` as in a manual: `--zone ZONE`, `--check`. A flag with a value word takes a value; with `...` it may repeat. */
export type Option = {
  readonly flags: string;
  readonly help: string;
  readonly choices?: readonly string[];
  readonly default?: string;
};

/** Values by the flag's name in camel case. */
export type Flags = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** What a command may touch of the outside. */
export type Context = {
  readonly ports: Ports;
  readonly out: Out;
  /** Lines of standard input. */
  readonly lines: () => AsyncIterable<string>;
  readonly readFile: (path: string) => Promise<string>;
  /** A text, or one that comes in parts. */
  readonly writeFile: (path: string, text: string | AsyncIterable<string>) => Promise<void>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Has this told when somebody ends the program by Ctrl-C, before it goes. */
  readonly onInterrupt?: (tell: () => void) => void;
  /** Somebody sits at a terminal and may be asked. */
  readonly interactive: boolean;
  /** Watches until it is told to end; only `serve` asks for it. */
  readonly serve?: (given: ServeOptions) => Promise<Serving>;
  readonly timers?: Timers;
  /** Asks a running daemon. */
  readonly ask?: AskDaemon;
  /** Throws an Error with a `fix` where it cannot be read. */
  readonly readSecret?: (ref: SecretRef) => Promise<string>;
};

/** What is asked of a running daemon: a GET, or with a body a POST. */
export type DaemonRequest = {
  readonly path: '/status' | '/alerts' | '/capacity' | '/history';
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
};

export type AskDaemon = (
  request: DaemonRequest & { readonly server: string; readonly token?: string | undefined },
) => Promise<
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: string; readonly fix: string; readonly exitCode: number }
>;

export type ServeOptions = {
  readonly policy: Policy;
  readonly host: string;
  readonly port: number;
  readonly hookToken?: SecretRef;
  /** Tokens that may be powerful, by their id. */
  readonly allowed: ReadonlySet<string>;
};

export type Serving =
  | { readonly ok: false; readonly problem: string; readonly fix: string }
  /** `ended` tells the exit code, when everything is given back. */
  | { readonly ok: true; readonly ended: Promise<number> };

/** A flag with a value, or undefined where it was not given. */
export function text(flags: Flags, name: string): string | undefined {
  const value = flags[name];
  return typeof value === 'string' ? value : undefined;
}

export function isOn(flags: Flags, name: string): boolean {
  return flags[name] === true;
}

/** All values of a flag that may repeat. */
export function texts(flags: Flags, name: string): readonly string[] {
  const value = flags[name];
  return Array.isArray(value) ? value : [];
}
