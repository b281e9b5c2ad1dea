import { startLab } from '#lab/lab.ts';

/** Asks the lab what no recording asks. */
export async function askEverything(): Promise<void> {
  const lab = await startLab({ scenario: 'adr-005' });
  await lab.close();
}
