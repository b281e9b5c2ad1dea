import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { replay, type Outcome } from './replay/play.ts';
import { loadRecordings } from './replay/recording.ts';
import { summary } from './replay/summary.ts';
import { sharedFolder } from './shared.ts';

const shared = sharedFolder();

describe.skipIf(shared === undefined)('every recorded call, sent to the lab', () => {
  let outcomes: readonly Outcome[];
  beforeAll(async () => {
    outcomes = await replay(loadRecordings(shared ?? ''));
  }, 60_000);

  test('differs only where lab/DIFFERENCES.md says so, and there it does', () => {
    const actual = outcomes.flatMap(({ file, name, differences }) => differences.map(({ what }) => `${file}: ${name} · ${what}`));
    expect(actual.sort()).toEqual(listed().sort());
  });

  test('is compared: the lab has built every call that was recorded', () => {
    console.info(summary(outcomes, { details: false }));
    const missing = outcomes.filter(({ built, kind }) => !built && kind === 'call').map(({ endpoint }) => endpoint);
    expect(missing).toEqual([]);
  });
});

/** Rows of the table: `| recording: call | what | why |`. A row without a reason is none. */
function listed(): string[] {
  const rows = readFileSync('lab/DIFFERENCES.md', 'utf8').matchAll(/^\| (p(?:ve|bs)-\d\d: .+?) \| (.+?) \| (.+?) \|$/gm);
  return [...rows].map(([, call, what, why]) => {
    expect((why ?? '').length, `a reason for ${call}`).toBeGreaterThan(10);
    return `${call} · ${what}`;
  });
}
