import type { z } from 'zod';
import { noteOf, type Note } from './note.ts';
import type { TreePath } from './tree.ts';

type Schema = z.core.$ZodType;
type Def = {
  readonly type: string;
  readonly innerType?: Schema;
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly valueType?: Schema;
  readonly element?: Schema;
  readonly options?: readonly Schema[];
};

export function defOf(schema: Schema): Def {
  return schema._zod.def;
}

/** The schema inside `optional`. */
export function inner(schema: Schema): Schema {
  const { type, innerType } = defOf(schema);
  return type === 'optional' && innerType ? inner(innerType) : schema;
}

/** The schema that judges a path, and the nearest note on the way to it. */
export function schemaAt(root: Schema, path: TreePath): { readonly schema?: Schema; readonly note?: Note } {
  let schema: Schema | undefined = root;
  let note: Note | undefined;
  for (const part of path) {
    schema = schema && next(inner(schema), part);
    note = noteOf(schema) ?? (typeof part === 'number' ? note : undefined);
  }
  return { ...(schema ? { schema: inner(schema) } : {}), ...(note ? { note } : {}) };
}

function next(schema: Schema, part: string | number): Schema | undefined {
  const def = defOf(schema);
  if (def.type === 'object') return def.shape?.[part];
  if (def.type === 'record') return def.valueType;
  if (def.type === 'array') return def.element;
  if (def.type === 'union') {
    for (const option of def.options ?? []) {
      const found = next(inner(option), part);
      if (found) return found;
    }
  }
  return undefined;
}

/** Keys a map may have at a schema, in the order in which the schema states them. */
export function keysAt(schema: Schema | undefined): readonly string[] {
  if (!schema) return [];
  const def = defOf(schema);
  if (def.type === 'object') return Object.keys(def.shape ?? {});
  if (def.type === 'union') return (def.options ?? []).flatMap((option) => keysAt(inner(option)));
  return [];
}
