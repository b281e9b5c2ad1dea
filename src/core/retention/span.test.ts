import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shortestSpan, widestSpan, type Span } from './span.ts';
import { layOut, type Timeline } from './timeline.ts';

const FROM_AT = 1_795_564_800;

/** All spans, looked at one after the other. */
function scan({ runs }: Timeline, steps: number, sign: 1 | -1): Span | undefined {
  let best: Span | undefined;
  for (let from = 0; from + steps < runs.length; from++) {
    const seconds = runs[from + steps]! - runs[from]!;
    if (!best || sign * seconds > sign * best.seconds) best = { seconds, from, to: from + steps };
  }
  return best;
}

test('a span that comes once in 28 years is seen, in whichever month one looks', () => {
  const months = Array.from({ length: 12 }, (_, i) => FROM_AT + i * 215 * 86_400);
  for (const steps of [1, 2, 3]) {
    const widest = months.map((fromAt) => widestSpan(layOut('fri *-13 06:00', { timeZone: 'UTC', fromAt }) as Timeline, steps)!.seconds);
    assert.equal(new Set(widest).size, 1, `${steps}: ${widest.map((seconds) => seconds / 86_400).join(' ')}`);
  }
});

for (const timeZone of ['Europe/Vienna', 'America/New_York', 'Australia/Lord_Howe', 'UTC']) {
  for (const schedule of ['04:00', '02:30', 'sun 05:00', 'mon,thu 23:30', '*-1 22:00', '0/7:15', 'sat *-1..7 05:00']) {
    test(`spans at the bends are those of all runs: ${schedule} in ${timeZone}`, () => {
      const timeline = layOut(schedule, { timeZone, fromAt: FROM_AT }) as Timeline;
      for (const steps of [1, 2, 3, 13, 31, 180, timeline.runs.length - 1, timeline.runs.length]) {
        assert.deepEqual(widestSpan(timeline, steps), scan(timeline, steps, 1));
        assert.deepEqual(shortestSpan(timeline, steps), scan(timeline, steps, -1));
      }
    });
  }
}
