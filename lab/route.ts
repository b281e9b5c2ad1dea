import type { Caller } from './auth.ts';
import type { Params, Values } from './params.ts';
import type { World } from './world.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/**
 * Who may call, checked before the parameters are looked at, as the real servers do.
 * `anyone`: no credentials needed. `login`: any valid token. `{any, on}`: one of the privileges on the path, in which
 * `{store}` stands for the path parameter. `all` asks for every one. `inside`: the handler decides by itself (a login is needed).
 */
export type Privilege =
  | 'anyone'
  | 'login'
  | 'inside'
  | { readonly any: readonly string[]; readonly on: string }
  | { readonly all: readonly string[]; readonly on: string };

/** One endpoint. `S` is the state of the server it belongs to. */
export type Route<S> = {
  readonly method: Method;
  /** Below `/api2/json`, with `{name}` for path parameters, exactly as in the official schema. */
  readonly path: string;
  readonly privilege: Privilege;
  /** Path parameters included. */
  readonly params: Params;
  /** The `data` of the answer, or an `answer(…)` with attributes beside it. An iterator is streamed. Throws a Refusal. */
  readonly handle: (call: Call<S>) => unknown;
};

export type Call<S> = {
  readonly world: World;
  readonly state: S;
  readonly caller: Caller;
  /** Decoded and checked: numbers are numbers, booleans are booleans, arrays are arrays. */
  readonly params: Values;
};

/** An answer with attributes beside `data`: `total`, `digest`. */
export class Answer {
  readonly data: unknown;
  readonly beside: Readonly<Record<string, unknown>>;
  /** Where it is not the usual one. */
  readonly contentType: string | undefined;
  constructor(data: unknown, beside: Readonly<Record<string, unknown>>, contentType?: string) {
    this.data = data;
    this.beside = beside;
    this.contentType = contentType;
  }
}

export function answer(data: unknown, beside: Readonly<Record<string, unknown>>, contentType?: string): Answer {
  return new Answer(data, beside, contentType);
}

/** A refusal as a server words it. How it looks on the wire is the product's business. */
export class Refusal extends Error {
  readonly status: number;
  readonly errors: Readonly<Record<string, string>> | undefined;
  constructor(status: number, message: string, errors?: Readonly<Record<string, string>>) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.errors = errors;
  }
}

/** PBS answers nearly everything with 400. PVE with 500. */
export function refuse(status: number, message: string, errors?: Readonly<Record<string, string>>): never {
  throw new Refusal(status, message, errors);
}
