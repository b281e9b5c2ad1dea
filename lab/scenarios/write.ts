import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Lab } from '../lab.ts';
import { secretsOf } from './policy.ts';

/** Writes a policy and the secrets it names into a folder, the secrets for their owner only, and gives the policy's path. */
export function writePolicy(folder: string, lab: Pick<Lab, 'pve' | 'pbs'>, policy: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  let text = policy;
  for (const [name, secret] of Object.entries(secretsOf(lab))) {
    const file = resolve(folder, name.toLowerCase());
    writeFileSync(file, secret, { mode: 0o600 });
    text = text.replaceAll(`"env:${name}"`, `"file:${file}"`);
  }
  const path = join(folder, 'holdfast.yaml');
  writeFileSync(path, text);
  return path;
}
