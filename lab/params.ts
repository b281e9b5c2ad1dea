/** What a parameter may be: the part of JSON Schema that Proxmox uses. */
export type Param = {
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'array';
  readonly optional?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: RegExp;
  readonly enum?: readonly string[];
  /** Of each value of an array. */
  readonly items?: Param;
  /** A reason why the text is wrong, or undefined: for what a pattern cannot say (calendar events, lists). */
  readonly check?: (text: string) => string | undefined;
  /** PBS: what is wrong is all that is said, without the parameter's name. */
  readonly bare?: boolean;
};

export type Params = Readonly<Record<string, Param>>;

/** Decoded parameters. */
export class Values {
  readonly all: Readonly<Record<string, unknown>>;
  constructor(all: Readonly<Record<string, unknown>>) {
    this.all = all;
  }
  /** A text that must be there: the schema has made sure. */
  text(name: string): string {
    return asText(this.all[name]);
  }
  optionalText(name: string): string | undefined {
    const value = this.all[name];
    return value === undefined ? undefined : asText(value);
  }
  number(name: string): number | undefined {
    const value = this.all[name];
    return typeof value === 'number' ? value : undefined;
  }
  /** False where it was not given. */
  flag(name: string): boolean {
    return this.all[name] === true;
  }
  list(name: string): readonly string[] {
    const value = this.all[name];
    return Array.isArray(value) ? value.map(String) : [];
  }
  has(name: string): boolean {
    return this.all[name] !== undefined;
  }
}

/** As they came: a repeated parameter has several values. JSON bodies bring numbers and booleans, forms bring texts. */
export type RawParams = ReadonlyMap<string, readonly unknown[]>;

export type Decoded =
  | { readonly ok: true; readonly values: Values }
  | { readonly ok: false; readonly errors: Readonly<Record<string, string>> };

export type Wording = {
  readonly unknownParameter: string;
  readonly missing: string;
  readonly tooShort: (least: number) => string;
  readonly tooLong: (most: number) => string;
  readonly tooSmall: (least: number, got: number) => string;
  readonly tooLarge: (most: number, got: number) => string;
  readonly badPattern: string;
  readonly notListed: (value: string, known: readonly string[]) => string;
  readonly badType: (type: string, value: string) => string;
};

const PVE_WORDING: Wording = {
  unknownParameter: 'property is not defined in schema and the schema does not allow additional properties',
  missing: 'property is missing and it is not optional',
  tooShort: (least) => `value must be at least ${least} characters long`,
  tooLong: (most) => `value may only be ${most} characters long`,
  tooSmall: (least) => `value must have a minimum value of ${least}`,
  tooLarge: (most) => `value must have a maximum value of ${most}`,
  badPattern: 'value does not match the regex pattern',
  notListed: (value, known) => `value '${value}' does not have a value in the enumeration '${known.join(', ')}'`,
  badType: (type, value) => `type check ('${type}') failed - got '${value}'`,
};

const PBS_WORDING: Wording = {
  unknownParameter: 'schema does not allow additional properties.',
  missing: 'parameter is missing and it is not optional.',
  tooShort: (least) => `value must be at least ${least} characters long`,
  tooLong: (most) => `value may only be ${most} characters long`,
  tooSmall: (least, got) => `value must have a minimum value of ${least} (got ${got})`,
  tooLarge: (most, got) => `value must have a maximum value of ${most} (got ${got})`,
  badPattern: 'value does not match the regex pattern',
  notListed: (value) => `value '${value}' is not defined in the enumeration.`,
  badType: (type) => (type === 'boolean' ? 'Unable to parse boolean option.' : 'invalid digit found in string'),
};

/** Checks and decodes all parameters as the product does, or says for each what is wrong with it in the product's words. */
export function decodeParams(product: 'pve' | 'pbs', schema: Params, raw: RawParams): Decoded {
  const wording = product === 'pve' ? PVE_WORDING : PBS_WORDING;
  const errors: Record<string, string> = {};
  const values: Record<string, unknown> = {};
  for (const [name, given] of raw) {
    const param = schema[name];
    if (!param) {
      errors[name] = wording.unknownParameter;
      continue;
    }
    const decoded = param.type === 'array' ? decodeList(param, given, wording) : decodeOne(param, given.at(-1), wording);
    if (decoded.error !== undefined) errors[name] = decoded.error;
    else values[name] = decoded.value;
  }
  for (const [name, param] of Object.entries(schema)) {
    if (!param.optional && !raw.has(name)) errors[name] = wording.missing;
  }
  return Object.keys(errors).length > 0 ? { ok: false, errors } : { ok: true, values: new Values(values) };
}

type One = { readonly value?: unknown; readonly error?: string };

function decodeList(param: Param, given: readonly unknown[], wording: Wording): One {
  const items = given.flat().map((value) => decodeOne(param.items ?? { type: 'string' }, value, wording));
  const bad = items.find((item) => item.error !== undefined);
  return bad ?? { value: items.map((item) => item.value) };
}

function decodeOne(param: Param, given: unknown, wording: Wording): One {
  const text = asText(given);
  if (param.type === 'boolean') {
    if (/^(1|on|yes|true)$/i.test(text)) return { value: true };
    if (/^(0|off|no|false)$/i.test(text)) return { value: false };
    return { error: wording.badType('boolean', text) };
  }
  return param.type === 'integer' || param.type === 'number' ? decodeNumber(param, text, wording) : decodeText(param, text, wording);
}

function decodeNumber(param: Param, text: string, wording: Wording): One {
  if (!(param.type === 'integer' ? /^[+-]?\d+$/ : /^[+-]?\d+(\.\d+)?$/).test(text)) return { error: wording.badType(param.type, text) };
  const number = Number(text);
  if (param.minimum !== undefined && number < param.minimum) return { error: wording.tooSmall(param.minimum, number) };
  if (param.maximum !== undefined && number > param.maximum) return { error: wording.tooLarge(param.maximum, number) };
  const error = param.check?.(text);
  return error === undefined ? { value: number } : { error };
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

function decodeText(param: Param, text: string, wording: Wording): One {
  if (param.minLength !== undefined && text.length < param.minLength) return { error: wording.tooShort(param.minLength) };
  if (param.maxLength !== undefined && text.length > param.maxLength) return { error: wording.tooLong(param.maxLength) };
  if (param.pattern && !param.pattern.test(text)) return { error: wording.badPattern };
  if (param.enum && !param.enum.includes(text)) return { error: wording.notListed(text, param.enum) };
  const error = param.check?.(text);
  return error === undefined ? { value: text } : { error };
}
