import { z } from 'zod';

/** What a kind of text is called and looks like. */
export type Format =
  | 'duration'
  | 'size'
  | 'rate'
  | 'secret'
  | 'url'
  | 'fingerprint'
  | 'zone'
  | 'window'
  | 'clock'
  | 'event'
  | 'network'
  | 'timeframe'
  | 'date'
  | 'name'
  | 'whole number';

/** What messages and the reference page say about a field, beside what its schema enforces. */
export type Note = {
  /** What it is; the editor shows it. */
  readonly description: string;
  /** A value as it stands in a policy, after the colon. */
  readonly example: string;
  /** What happens where it is missing or wrong; reads well after "Because". */
  readonly why: string;
  readonly format?: Format;
  /** What holds where it is absent. */
  readonly absent?: string;
};

/** Notes by schema instance. */
export const notes = z.registry<Note>();

/** Attaches a note to a schema; editors get its description and example. */
export function field<T extends z.ZodType>(schema: T, note: Note): T {
  const made = schema.meta({ description: note.description, ...examplesOf(note) });
  notes.add(made, note);
  return made;
}

/** The note of a schema, looking through `optional`. */
export function noteOf(schema: z.core.$ZodType | undefined): Note | undefined {
  if (!schema) return undefined;
  const own = notes.get(schema as z.ZodType);
  if (own) return own;
  const { def } = schema._zod as { readonly def: { readonly type: string; readonly innerType?: z.core.$ZodType } };
  return def.type === 'optional' ? noteOf(def.innerType) : undefined;
}

/** Maps are shown by the examples of their own keys. */
function examplesOf(note: Note): { readonly examples?: readonly unknown[] } {
  return /^(\{|\[ ?\{)/.test(note.example) ? {} : { examples: [exampleValue(note)] };
}

function exampleValue({ example }: Note): unknown {
  if (/^\d+$/.test(example)) return Number(example);
  if (example === 'true' || example === 'false') return example === 'true';
  if (example.startsWith('[')) {
    return example
      .slice(1, -1)
      .split(/, */)
      .map((part) => (/^\d+$/.test(part) ? Number(part) : part.replaceAll('"', '')));
  }
  return example.replaceAll('"', '');
}
