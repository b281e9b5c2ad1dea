import type { Exception } from '#core/policy/policy.ts';

/** The lines of `exceptions:` that are whole; of the others the shape's findings have told. Undefined where the key is absent. */
export function decodeExceptions(value: unknown): readonly Exception[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.flatMap((line: unknown): Exception[] => (isWhole(line) ? [line] : []));
}

/** Shape checked by the schema; here only what makes the value safe to use. */
function isWhole(line: unknown): line is Exception {
  if (typeof line !== 'object' || line === null) return false;
  const { finding, reason, until } = line as Record<string, unknown>;
  return typeof finding === 'string' && typeof reason === 'string' && typeof until === 'string';
}
