import type { Context } from './command.ts';

/** What a file holds, or why it cannot be read in words for the person who named it. */
export async function readOrTrouble(file: string, readFile: Context['readFile']): Promise<string | { readonly trouble: string }> {
  try {
    return await readFile(file);
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (code === undefined) throw error;
    return { trouble: `${file} cannot be read: ${WORDS[code] ?? code}` };
  }
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'its owner does not let you',
};

/** What a file holds; undefined where the reason was told that it cannot be read. */
export async function readOrTell(file: string, { readFile, out }: Pick<Context, 'readFile' | 'out'>): Promise<string | undefined> {
  const content = await readOrTrouble(file, readFile);
  if (typeof content === 'string') return content;
  out.error(`error: ${content.trouble}`);
  return undefined;
}
