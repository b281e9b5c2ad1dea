import type { Streams } from '#cli/out.ts';

/** Runs something that writes to a terminal and gives what it would have written to standard output. */
export async function captured(work: (streams: Streams) => Promise<number>): Promise<{ readonly text: string; readonly exitCode: number }> {
  let text = '';
  const exitCode = await work({ stdout: { write: (part) => (text += part) }, stderr: process.stderr });
  return { text, exitCode };
}
