import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, lstat, open, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { PolicyEditor } from '#app/ports/changes.ts';
import type { PolicyText } from '#core/change/change.ts';
import { LARGEST_FILE_BYTES } from './bytes.ts';
import { readPolicyFiles, type TextFile } from './files.ts';
import { loadPolicy, policyFile, type Where } from './policy-source.ts';
import { mask } from './source.ts';
import { versionOf } from './version.ts';

/** Edits the files of the policy: the main one and those it includes, and no other. */
export function makePolicyEditor(where: Where): PolicyEditor {
  const main = policyFile(where);
  const filesNow = (): readonly TextFile[] => readPolicyFiles(main, where.cwd).files;
  return {
    read: async () => {
      const because = await whyNot(filesNow());
      const loaded = loadPolicy(main, where.cwd, where.now());
      return { ...loaded, editable: because === undefined, ...(because === undefined ? {} : { because }) };
    },
    check: async (files) => {
      const replaced = replace(filesNow(), files);
      if ('unknown' in replaced) return replaced;
      return loadPolicy(main, where.cwd, where.now(), new Map(replaced.files.map(({ file, text }) => [file, text])));
    },
    write: async (basedOn, files) => {
      const now = filesNow();
      if (versionOf(now) !== basedOn)
        return {
          outcome: 'changed',
          because: 'the files are not what they were when the change was made; look at them and propose it anew',
        };
      const replaced = replace(now, files);
      if ('unknown' in replaced) return refused(`${replaced.unknown} is none of the policy's files`);
      const because = (await whyNot(now)) ?? tooMuch(replaced.files);
      if (because !== undefined) return refused(because);
      const texts = new Map(now.map(({ file, text }) => [file, text]));
      const trouble = await writeAll(replaced.files.filter(({ file, text }) => texts.get(file) !== text));
      return trouble === undefined ? { outcome: 'written', version: versionOf(replaced.files) } : refused(trouble);
    },
  };
}

function refused(because: string): { readonly outcome: 'refused'; readonly because: string } {
  return { outcome: 'refused', because };
}

/** All files, those that are named with their new text. */
function replace(
  now: readonly TextFile[],
  files: readonly PolicyText[],
): { readonly files: readonly TextFile[] } | { readonly unknown: string } {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const unknown = [...texts.keys()].find((path) => !now.some((file) => file.path === path));
  if (unknown !== undefined) return { unknown };
  return { files: now.map((file) => ({ ...file, text: texts.get(file.path) ?? file.text })) };
}

function tooMuch(files: readonly TextFile[]): string | undefined {
  const bytes = files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  return bytes > LARGEST_FILE_BYTES
    ? `the policy would have ${bytes} bytes, the largest that is read has ${LARGEST_FILE_BYTES}`
    : undefined;
}

/** Why the files may not be written from here; undefined where they may. */
async function whyNot(files: readonly TextFile[]): Promise<string | undefined> {
  if (files.length === 0) return 'there is no policy file';
  for (const { path, file, text } of files) {
    if (mask(text) !== text) return `a secret is written out in ${path}: take it out with an editor on the machine, and make a new one`;
    const link = await lstat(file);
    if (link.isSymbolicLink()) return `${path} is a link: what it leads to belongs to another place, and is changed there`;
    if (!(await may(file, constants.W_OK))) return `${path} may not be written by this user`;
    if (!(await may(dirname(file), constants.W_OK | constants.X_OK))) return `the folder of ${path} may not be written by this user`;
    const user = process.getuid?.();
    if (user !== undefined && user !== 0 && link.uid !== user) return `${path} belongs to another user, and would not any more`;
  }
  return undefined;
}

async function may(path: string, how: number): Promise<boolean> {
  try {
    await access(path, how);
    return true;
  } catch {
    return false;
  }
}

/** Everything is on disk beside its place before the first file is replaced: then only names change. What stands in the way is told. */
async function writeAll(files: readonly TextFile[]): Promise<string | undefined> {
  const ready: { readonly from: string; readonly to: string }[] = [];
  try {
    for (const { file, text } of files) {
      const from = join(dirname(file), `.${basename(file)}.${randomBytes(6).toString('hex')}`);
      ready.push({ from, to: file });
      await writeBeside(from, file, text);
    }
    // The main file stands first and is replaced last: it decides what is included.
    for (const { from, to } of ready.toReversed()) await rename(from, to);
    for (const folder of new Set(files.map(({ file }) => dirname(file)))) await syncFolder(folder);
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    for (const { from } of ready) await unlink(from).catch(() => {});
    return WORDS[code] ?? `the files could not be written: ${message}`;
  }
}

const WORDS: Readonly<Record<string, string>> = {
  EBUSY: 'a policy file is mounted by itself and cannot be replaced: mount its folder instead',
  ENOSPC: 'the disk of the policy is full',
  EROFS: 'the disk of the policy is read-only',
};

/** A new file with the mode and owner of another. */
async function writeBeside(from: string, like: string, text: string): Promise<void> {
  const { mode, uid, gid } = await stat(like);
  const handle = await open(from, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    if (process.getuid) await handle.chown(uid, gid);
    await handle.chmod(mode & 0o7777);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
