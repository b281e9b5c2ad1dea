import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { presetText } from '#app/preset.ts';
import type { Lab, LabServer } from '../lab.ts';
import { writePolicy } from '../scenarios/write.ts';

const MARK = '.made-by-holdfast-demo';

/** An empty folder for one demo. One of an earlier demo is thrown away, anybody else's is not touched. */
export async function freshFolder(folder: string): Promise<string> {
  if (existsSync(folder) && !existsSync(join(folder, MARK)))
    throw new Error(`${folder} was not made by the demo; move it away, or set HOLDFAST_STATE to another folder`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, MARK), '');
  return folder;
}

/**
 * Writes the policy of ADR-005 for a lab, with a login for repeats and somebody to tell at `receiver`, and its secrets beside it. Gives the
 * policy's path.
 */
export function writeDemo(folder: string, lab: Lab, receiver: string): string {
  const text = presetText('adr-005');
  if (text === undefined) throw new Error('the preset adr-005 is gone');
  const addressed = withAddress(withAddress(text, 'pve', lab.pve), 'pbs', lab.pbs);
  return writePolicy(folder, lab, withRetries(addressed) + alerting(receiver));
}

function withRetries(text: string): string {
  const login = '      retryToken: "env:HOLDFAST_PVE_RETRY_TOKEN"  # starts one guest\'s backup again, and may do nothing else\n';
  const after = /( +applyToken: "env:HOLDFAST_PVE_APPLY_TOKEN".*\n)/;
  if (!after.test(text)) throw new Error('the preset adr-005 names no applyToken');
  return text.replace(after, `$1${login}`);
}

function alerting(receiver: string): string {
  return `
alerts:
  channels:
    people: { webhook: { url: "${receiver}" } }    # the demo's own: it takes every message and throws it away
  routes:
    - { to: [people] }
`;
}

function withAddress(text: string, product: 'pve' | 'pbs', { url, fingerprint }: LabServer): string {
  const address = new RegExp(`url: "https://${product}\\.lan:\\d+"\\n( *)# fingerprint:.*`);
  if (!address.test(text)) throw new Error(`the preset adr-005 has no address of a ${product} to replace`);
  return text.replace(address, `url: "${url}"\n$1fingerprint: "${fingerprint}"`);
}
