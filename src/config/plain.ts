import type { SecretRef, Window } from '#core/policy/policy.ts';
import { parseDuration, parseRate, parseSize } from '#core/units.ts';

/*
 * Readers of a policy's plain values: what has not the right shape is left out, for the findings of the shape have already said so.
 */

export type Plain = Readonly<Record<string, unknown>>;

export function map(value: unknown): Plain {
  return optionalMap(value) ?? {};
}

export function optionalMap(value: unknown): Plain | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Plain) : undefined;
}

export function list(value: unknown): readonly unknown[] {
  return optionalList(value) ?? [];
}

export function optionalList(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** One stands for a list of one. */
export function several(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function texts(value: unknown): string[] | undefined {
  return optionalList(value)?.filter((one) => typeof one === 'string');
}

export function duration(value: unknown): number | undefined {
  return typeof value === 'string' ? parseDuration(value) : undefined;
}

export function size(value: unknown): number | undefined {
  return typeof value === 'string' ? parseSize(value) : undefined;
}

export function rate(value: unknown): number | undefined {
  return typeof value === 'string' ? parseRate(value) : undefined;
}

export function whole(value: unknown): number | undefined {
  return Number.isSafeInteger(value) ? (value as number) : undefined;
}

export function flag(value: unknown): boolean | undefined {
  return value === undefined ? false : typeof value === 'boolean' ? value : undefined;
}

export function secret(value: unknown): SecretRef | undefined {
  return typeof value === 'string' && /^(env|file|exec):./.test(value) ? (value as SecretRef) : undefined;
}

/** One of several words; the first is meant where nothing is said. */
export function oneOf<const T extends string>(value: unknown, words: readonly [T, ...T[]]): T | undefined {
  return value === undefined ? words[0] : words.find((word) => word === value);
}

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Drops what is undefined: in the core a field is absent, never undefined. */
export function present<T extends Readonly<Record<string, unknown>>>(value: T): Present<T> {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as Present<T>;
}

/** `22:00-06:00` */
export function decodeWindow(value: unknown): Window | undefined {
  const found = typeof value === 'string' ? /^(\d{2}):(\d{2})-(\d{2}):(\d{2})$/.exec(value) : null;
  if (!found) return undefined;
  const [, h1, m1, h2, m2] = found.map(Number) as [number, number, number, number, number];
  if (h1 > 23 || m1 > 59 || m2 > 59 || h2 * 60 + m2 > 1440) return undefined;
  return { startMinute: h1 * 60 + m1, endMinute: h2 * 60 + m2 };
}
