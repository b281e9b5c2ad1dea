/**
 * Calendar proofs against Temporal: the gaps of a daily event over 28 years, and as many additions of a day to a
 * Temporal.ZonedDateTime. The first round of the gaps is shown apart, because a command pays for it cold.
 */
import { parseEvent } from '#core/calendar/event.ts';
import { CALENDAR_CYCLE_SECONDS, rhythmOf } from '#core/calendar/gap.ts';
import { zoneRules } from '#core/calendar/zone.ts';
import { report } from './result.ts';

const FROM_AT = 1_795_564_800;
const ROUNDS = 20;
const MOST = 0.2;

const parsed = parseEvent('04:00');
if (!parsed.ok) throw new Error(parsed.error.problem);
const { event } = parsed;

const gapsMs: number[] = [];
const temporalMs: number[] = [];
let runs = 0;
for (let round = 0; round < ROUNDS; round++) {
  const start = performance.now();
  const zone = zoneRules('Europe/Vienna', FROM_AT, FROM_AT + CALENDAR_CYCLE_SECONDS)!;
  ({ runs } = rhythmOf({ event, zone, fromAt: FROM_AT, toAt: FROM_AT + CALENDAR_CYCLE_SECONDS }));
  gapsMs.push(performance.now() - start);
  const temporalStart = performance.now();
  let day = Temporal.Instant.fromEpochMilliseconds(FROM_AT * 1000).toZonedDateTimeISO('Europe/Vienna');
  for (let added = 0; added < runs; added++) day = day.add({ days: 1 });
  temporalMs.push(performance.now() - temporalStart);
}

const ratio = Math.min(...gapsMs) / Math.min(...temporalMs);
report({
  name: 'waits of a daily event over 28 years against Temporal',
  measured: `${runs} runs: waits ${Math.min(...gapsMs).toFixed(1)} ms (${gapsMs[0]!.toFixed(1)} cold), as many additions of a day ${Math.min(...temporalMs).toFixed(1)} ms`,
  value: ratio,
  limit: MOST,
  unit: '×',
});
