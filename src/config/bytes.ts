import type { Finding } from '#core/finding.ts';
import { spellSize } from '#core/units.ts';

/** Most bytes of a policy, all its files together. One that names ten thousand guests one by one has some 400 KiB. */
export const LARGEST_FILE_BYTES = 2 ** 19;

/**
 * The text of a policy file, or why its bytes are none. UTF-8 only, strictly: a wrong guess at an encoding would
 * turn names of guests into other names, silently. A byte order mark of UTF-8 is dropped.
 */
export function decodeBytes(file: string, bytes: Uint8Array): { readonly text: string } | { readonly finding: Finding } {
  if (bytes.length > LARGEST_FILE_BYTES) return { finding: tooLarge(file, bytes.length) };
  const wide = wideEncoding(bytes);
  if (wide) return refuse(file, `The file is in ${wide}, not in UTF-8`, 'save it as UTF-8 in your editor, or convert it:', wide);
  const nul = bytes.indexOf(0);
  if (nul !== -1) return refuse(file, `Byte ${nul + 1} of the file is NUL: this is no text file`, 'name the policy file, not another one');
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    const { line, column, byte } = firstBadByte(bytes);
    const hex = byte.toString(16).toUpperCase().padStart(2, '0');
    return refuse(
      `${file}:${line}:${column}`,
      `Byte 0x${hex} is not valid UTF-8`,
      'save it as UTF-8 in your editor; if it is in Windows-1252:',
      'WINDOWS-1252',
      file,
    );
  }
}

export function tooLarge(file: string, sizeBytes: number): Finding {
  return {
    severity: 'error',
    code: 'HF-FILE',
    at: file,
    problem: `The file has ${spellSize(sizeBytes)}, the largest that is read has ${spellSize(LARGEST_FILE_BYTES)}`,
    why: 'a policy is a few kilobytes long, and a file of that size is something else or was made by mistake',
    fix: 'name the policy file, or split it over several with "include:"',
  };
}

function refuse(at: string, problem: string, fix: string, encoding?: string, file = at): { readonly finding: Finding } {
  const command = encoding ? `\n    iconv -f ${encoding} -t UTF-8 ${file} > policy-utf8.yaml` : '';
  const why = 'a guess at the encoding could turn the name of a guest into another one, and nobody would notice';
  return { finding: { severity: 'error', code: 'HF-ENCODING', at, problem, why, fix: `${fix}${command}` } };
}

function wideEncoding(bytes: Uint8Array): string | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? 'UTF-32LE' : 'UTF-16LE';
  if (a === 0xfe && b === 0xff) return 'UTF-16BE';
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return 'UTF-32BE';
  if (bytes.length < 4) return undefined;
  if (a !== 0 && b === 0 && c !== 0 && d === 0) return 'UTF-16LE';
  if (a === 0 && b !== 0 && c === 0 && d !== 0) return 'UTF-16BE';
  return undefined;
}

/** Where strict decoding stops. Found by decoding ever shorter starts of the line, for the decoder does not say. */
function firstBadByte(bytes: Uint8Array): { readonly line: number; readonly column: number; readonly byte: number } {
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline === -1 ? bytes.length : newline;
    const row = bytes.subarray(start, end);
    const good = decodableLength(row);
    if (good < row.length) {
      const column = Array.from(new TextDecoder('utf-8').decode(row.subarray(0, good))).length + 1;
      return { line, column, byte: row[good]! };
    }
    start = end + 1;
  }
  return { line, column: 1, byte: bytes.at(-1) ?? 0 };
}

/** How many leading bytes are whole, valid characters. */
function decodableLength(row: Uint8Array): number {
  let low = 0;
  let high = row.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (startsValid(row.subarray(0, middle))) low = middle;
    else high = middle - 1;
  }
  while (low > 0 && !isWhole(row.subarray(0, low))) low--;
  return low;
}

/** Valid so far; the last character may still be cut. */
function startsValid(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function isWhole(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
