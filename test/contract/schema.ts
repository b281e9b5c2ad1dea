import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Proxmox's own description of a value, as far as we hold values against it. */
export type Schema = {
  readonly type?: string;
  readonly optional?: 0 | 1 | boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: 0 | 1 | boolean | Schema;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  /** Another parameter that must be in the same request. */
  readonly requires?: string;
};

export type Endpoint = { readonly parameters: Schema; readonly returns?: Schema };
export type Product = 'pve' | 'pbs';

/** `GET /cluster/backup` → what it takes and gives. */
export type Api = ReadonlyMap<string, Endpoint>;

export function loadApi(shared: string, product: Product): Api {
  const file = join(shared, 'api', product === 'pve' ? 'pve-9.json' : 'pbs-4.json');
  const all = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Endpoint>;
  return new Map(Object.entries(all).filter(([name]) => name !== '_meta'));
}

/** Endpoints and parameters that PBS 3.2 has not, as its source was searched for them. */
export function unknownToPbs32(shared: string): {
  readonly endpoints: readonly string[];
  readonly parameters: Readonly<Record<string, readonly string[]>>;
} {
  const { _meta } = JSON.parse(readFileSync(join(shared, 'api', 'pbs-4.json'), 'utf8')) as {
    _meta: { notInPbs32: ReturnType<typeof unknownToPbs32> };
  };
  return _meta.notInPbs32;
}

/** What is wrong with the value, each with its place; nothing where it is as described. Fields that are not described are fine. */
export function valueErrors(schema: Schema, value: unknown, place = 'data'): readonly string[] {
  if (value === undefined) return schema.optional ? [] : [`${place}: missing`];
  // Real servers write null for what is not there: recorded of many.
  if (value === null && schema.optional) return [];
  switch (schema.type) {
    case 'null':
      return value === null ? [] : [`${place}: ${show(value)} where null is described`];
    case 'array':
      if (!Array.isArray(value)) return [`${place}: ${show(value)} where a list is described`];
      return value.flatMap((element, index) => valueErrors(schema.items ?? {}, element, `${place}[${index}]`));
    case 'object':
      return objectErrors(schema, value, place);
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value)
        ? rangeErrors(schema, value, place)
        : [`${place}: ${show(value)} where an integer is described`];
    case 'number':
      return typeof value === 'number' ? rangeErrors(schema, value, place) : [`${place}: ${show(value)} where a number is described`];
    case 'boolean':
      return typeof value === 'boolean' || value === 0 || value === 1 ? [] : [`${place}: ${show(value)} where a boolean is described`];
    case 'string':
      return typeof value === 'string' ? textErrors(schema, value, place) : [`${place}: ${show(value)} where a string is described`];
    case undefined:
    default:
      return [];
  }
}

function objectErrors(schema: Schema, value: unknown, place: string): readonly string[] {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return [`${place}: ${show(value)} where an object is described`];
  const given = value as Readonly<Record<string, unknown>>;
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) =>
    name.includes('[n]') ? [] : valueErrors(inner, given[name], `${place}.${name}`),
  );
}

function show(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 60) ?? 'nothing';
}

function rangeErrors({ minimum, maximum }: Schema, value: number, place: string): readonly string[] {
  if (minimum !== undefined && value < minimum) return [`${place}: ${value} is below ${minimum}`];
  if (maximum !== undefined && value > maximum) return [`${place}: ${value} is above ${maximum}`];
  return [];
}

function textErrors(schema: Schema, value: string, place: string): readonly string[] {
  if (schema.enum && !schema.enum.map(String).includes(value)) return [`${place}: '${value}' is none of ${schema.enum.join(', ')}`];
  if (schema.minLength !== undefined && value.length < schema.minLength) return [`${place}: '${value}' is too short`];
  if (schema.maxLength !== undefined && value.length > schema.maxLength) return [`${place}: '${value}' is too long`];
  const pattern = schema.pattern === undefined ? undefined : toRegExp(schema.pattern);
  return pattern && !pattern.test(value) ? [`${place}: '${value}' does not match ${schema.pattern}`] : [];
}

const compiled = new Map<string, RegExp>();

/** Rust's and Perl's dialects, as far as Proxmox uses them. Each is compiled once: every text of every answer is held against one. */
function toRegExp(pattern: string): RegExp {
  const known = compiled.get(pattern);
  if (known) return known;
  const bare = /^\/.*\/$/s.test(pattern) ? pattern.slice(1, -1) : `^(?:${pattern})$`;
  const translated = bare
    .replaceAll('(?P<', '(?<')
    .replaceAll('(?^:', '(?:')
    .replaceAll('[[:^cntrl:]]', String.raw`[^\u0000-\u001f\u007f]`)
    .replaceAll('[:cntrl:]', String.raw`\u0000-\u001f\u007f`);
  const made = new RegExp(translated);
  compiled.set(pattern, made);
  return made;
}

/** What is wrong with the parameters of a request, as texts came. */
export function requestErrors(parameters: Schema, given: ReadonlyMap<string, readonly unknown[]>): readonly string[] {
  const errors: string[] = [];
  const properties = parameters.properties ?? {};
  for (const [name, values] of given) {
    const schema = properties[name] ?? properties[name.replace(/\d+$/, '[n]')];
    if (!schema) {
      if (parameters.additionalProperties === 0 || parameters.additionalProperties === false || parameters.properties)
        errors.push(`${name}: no such parameter`);
      continue;
    }
    if (schema.requires !== undefined && !given.has(schema.requires)) errors.push(`${schema.requires}: missing, required by ${name}`);
    const items = schema.type === 'array' ? values.flat() : [values.at(-1)];
    for (const value of items)
      errors.push(...textValueErrors(schema.type === 'array' ? (schema.items ?? {}) : schema, String(value), name));
  }
  for (const [name, schema] of Object.entries(properties)) {
    if (!schema.optional && !given.has(name) && !name.includes('[n]')) errors.push(`${name}: missing`);
  }
  return errors;
}

function textValueErrors(schema: Schema, text: string, place: string): readonly string[] {
  switch (schema.type) {
    case 'integer':
    case 'number':
      if (!/^[+-]?\d+(?:\.\d+)?$/.test(text)) return [`${place}: '${text}' is no number`];
      return rangeErrors(schema, Number(text), place);
    case 'boolean':
      return /^(?:[01]|true|false|yes|no|on|off)$/i.test(text) ? [] : [`${place}: '${text}' is no boolean`];
    case undefined:
    default:
      return textErrors(schema, text, place);
  }
}
