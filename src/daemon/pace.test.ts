import { expect, test } from 'vitest';
import { nextLookMs, pulseWaitMs, type LastLook } from './pace.ts';

const MINUTE = 60_000;
const look = (requests: number, seconds = 1, failed = false): LastLook => ({
  beganMs: 1_000_000,
  endedMs: 1_000_000 + seconds * 1000,
  requests,
  ...(failed && { failed }),
});
const wait = (last: LastLook, news: 'none' | 'change' | 'outage', chance = 0.5): number => nextLookMs(last, news, chance) - last.endedMs;

test('a site that was never looked at is looked at now', () => expect(nextLookMs(undefined, 'none', 1)).toBe(0));

const CASES = [
  { name: 'where nothing changes, a look is paid for before the next', wait: wait(look(40), 'none'), is: 4 * MINUTE },
  { name: 'a cheap look comes once a minute', wait: wait(look(4), 'none'), is: MINUTE },
  { name: 'a dear look comes after ten minutes at the latest', wait: wait(look(900), 'none'), is: 10 * MINUTE },
  { name: 'a site looked at together with another goes another way', wait: wait(look(40), 'none', 0), is: 3.6 * MINUTE },
  { name: 'work ended: soon', wait: wait(look(40), 'change'), is: 20_000 },
  { name: 'work ended, and a look takes long: four times as long', wait: wait(look(40, 60), 'change'), is: 4 * MINUTE },
  { name: 'a server fell silent: at once', wait: wait(look(40, 60), 'outage'), is: 5000 },
  { name: 'a promise breaks before the next look: then', wait: wait({ ...look(40), breaksMs: 1_001_000 + 90_000 }, 'none'), is: 90_000 },
  { name: 'a promise breaks right after the look: not at once', wait: wait({ ...look(40), breaksMs: 1_002_000 }, 'none'), is: 20_000 },
  { name: 'a promise breaks after the next look: as ever', wait: wait({ ...look(40), breaksMs: 9e9 }, 'none'), is: 4 * MINUTE },
  { name: 'a look that was not written down is tried again', wait: wait(look(40, 1, true), 'none'), is: 30_000 },
];
for (const { name, wait, is } of CASES) test(`pace: ${name}`, () => expect(wait).toBeCloseTo(is, 3));

test('the budget: pulses and looks of a PVE and a PBS stay below 20 requests a minute, up to a hundred requests a look', () => {
  const pulses = (2 * MINUTE) / pulseWaitMs(0);
  for (let requests = 1; requests <= 100; requests++) {
    const looks = (requests * MINUTE) / wait(look(requests), 'none', 0);
    expect(pulses + looks, `${requests} requests a look`).toBeLessThanOrEqual(20.000_1);
  }
});
