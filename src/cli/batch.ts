import type { Context } from './command.ts';

export type Fields = Readonly<Record<string, unknown>>;

/**
 * One JSON object a line in, one out, in order, as each comes. A line that is no object, or that `answer` throws a
 * BatchError for, gets `{"error": …}`, so that the order holds. Exit code 1 where there was one.
 */
export async function runBatch({ lines, out }: Pick<Context, 'lines' | 'out'>, answer: (fields: Fields) => unknown): Promise<number> {
  let exitCode = 0;
  for await (const line of lines()) {
    if (line.trim() === '') continue;
    try {
      out.line(JSON.stringify(answer(parseFields(line))));
    } catch (error) {
      if (!(error instanceof BatchError)) throw error;
      out.line(JSON.stringify({ error: error.message }));
      exitCode = 1;
    }
  }
  return exitCode;
}

/** A line that cannot be answered. */
export class BatchError extends Error {}

function parseFields(line: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new BatchError('this line is no JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new BatchError('this line is no JSON object');
  return value as Fields;
}

/** A field that must hold a text. */
export function textField(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string') throw new BatchError(`"${name}" must be a text`);
  return value;
}
