import { z } from 'zod';
import { noteOf } from './note.ts';
import { PolicySchema } from './schema/policy.ts';

/** Where editors find the schema: the first line of every policy names it. */
const SCHEMA_URL = 'https://holdfast.dev/policy.schema.json';

/** The JSON Schema of the policy file, from which editors complete: descriptions, examples, defaults, allowed words. */
export function policyJsonSchema(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(PolicySchema, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      const absent = noteOf(zodSchema)?.absent;
      if (absent !== undefined && !/[ `']/.test(absent)) jsonSchema.default = plainDefault(absent);
    },
  });
  return { ...schema, $id: SCHEMA_URL, title: 'Holdfast policy' };
}

function plainDefault(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^\d+$/.test(text) ? Number(text) : text;
}
