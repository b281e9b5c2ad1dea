import type { Out } from './out.ts';

/** False where the file could not be written; the reason was told. */
export async function saved(writing: Promise<void>, file: string, out: Out): Promise<boolean> {
  try {
    await writing;
    return true;
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (code === undefined) throw error;
    out.error(`error: ${file} could not be written: ${code}`);
    return false;
  }
}
