import * as fc from 'fast-check';

export const ZONES = ['UTC', 'Europe/Vienna', 'America/New_York', 'Pacific/Auckland', 'America/Santiago', 'Australia/Lord_Howe'];
const SCHEDULES = [
  '04:00',
  '23:50',
  '4,16:00',
  'sun 05:00',
  'mon,thu 23:30',
  '*-1 22:00',
  '*-1,15 23:55',
  '1,4,7,10-1 23:30',
  'sat *-1..7 05:00',
];

/** A tier as a policy may have it. */
export const someTier = fc.record({
  schedule: fc.constantFrom(...SCHEDULES),
  timeZone: fc.constantFrom(...ZONES),
  retentionDays: fc.integer({ min: 1, max: 120 }),
  reachDays: fc.option(fc.integer({ min: 10, max: 300 }), { nil: undefined }),
  queueSeconds: fc.constantFrom(0, 600, 1200, 5400),
  durationSeconds: fc.constantFrom(60, 2400),
  lostRuns: fc.constantFrom(0, 0, 1, 2),
  extraRuns: fc.constantFrom(0, 0, 1, 2),
});
