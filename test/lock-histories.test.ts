import { expect, test } from 'vitest';
import { TIMES } from './draws.ts';
import { complaintsAbout } from './locks/checker.ts';
import { liveThrough } from './locks/life.ts';
import type { Happening } from './locks/log.ts';

/** `.ci/run` lives five times as many. */
const LIVES = 20_000 * TIMES;

test(
  `${LIVES} random lives: no path lets a protected point go before its date, lifts a person's protection, or forgets one of ours`,
  { timeout: 180_000 * TIMES },
  async () => {
    const count = { looks: 0, lifts: 0, sets: 0, losses: 0, crashes: 0, people: 0 };
    for (let seed = 1; seed <= LIVES; seed++) {
      const log = await liveThrough(seed);
      const wrong = complaintsAbout(log);
      if (wrong.length > 0) expect.fail(`life ${seed}: ${wrong.join('; ')}\n${log.map((one) => JSON.stringify(one)).join('\n')}`);
      for (const one of log) tally(count, one);
    }
    // eslint-disable-next-line no-console
    console.log(JSON.stringify(count));
    for (const [what, number] of Object.entries(count)) expect(number, what).toBeGreaterThan(LIVES / 10);
  },
);

function tally(count: Record<string, number>, one: Happening): void {
  if (one.kind === 'look') count['looks']! += 1;
  if (one.kind === 'gone') count['losses']! += 1;
  if (one.kind === 'crash') count['crashes']! += 1;
  if (one.kind === 'flag') count[one.by === 'person' ? 'people' : one.on ? 'sets' : 'lifts']! += 1;
}
