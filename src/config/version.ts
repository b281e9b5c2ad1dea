import { createHash } from 'node:crypto';
import type { TextFile } from './files.ts';

/** What tells two states of the policy's files apart: 32 hexadecimal digits over their paths and texts. */
export function versionOf(files: readonly Pick<TextFile, 'path' | 'text'>[]): string {
  const text = JSON.stringify(files.map(({ path, text: body }) => [path, body]));
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
