import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { zoneRules } from '#core/calendar/zone.ts';
import type { KeepRules } from '#core/retention/keep.ts';
import { prune } from '#core/retention/prune.ts';
import { pruneGroup } from '#lab/pbs/prune.ts';
import { draws } from './draws.ts';
import { sharedFolder } from './shared.ts';

type Sample = {
  readonly id: string;
  readonly name: string;
  readonly timezone: string;
  readonly keep: KeepRules;
  readonly snapshots: readonly { readonly time: number; readonly protected?: boolean; readonly finished?: boolean }[];
  readonly expected: readonly string[];
};

const folder = sharedFolder();

describe.skipIf(!folder)('prune: cases of the upstream tests and the manual', () => {
  const { cases } = folder
    ? (JSON.parse(readFileSync(join(folder, 'samples/prune-cases.json'), 'utf8')) as { cases: Sample[] })
    : { cases: [] };
  test.each(cases.map((sample) => [`${sample.id} ${sample.name}`, sample] as const))('%s', (_name, sample) => {
    const snapshots = sample.snapshots.map(({ time, ...rest }) => ({ at: time, ...rest }));
    const verdicts = prune(snapshots, sample.keep, zoneRules(sample.timezone, 0, 0)!);
    expect(verdicts.map(({ mark }) => mark)).toEqual(sample.expected);
  });
});

const ZONES = ['UTC', 'Europe/Vienna', 'America/Santiago', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Africa/Casablanca'];

test('prune agrees with the one the lab wrote from the manual', () => {
  const snapshot = fc.record({
    time: fc.integer({ min: 1_790_000_000, max: 1_800_000_000 }),
    protected: fc.boolean(),
    finished: fc.boolean(),
  });
  const slots = fc.integer({ min: 0, max: 6 });
  const keep = fc.record({ last: slots, hourly: slots, daily: slots, weekly: slots, monthly: slots, yearly: slots }, { requiredKeys: [] });
  const snapshots = fc.uniqueArray(snapshot, { selector: ({ time }) => time, maxLength: 40 });
  fc.assert(
    fc.property(snapshots, keep, fc.constantFrom(...ZONES), (list, rules, timeZone) => {
      fc.pre(Object.values(rules).some((value) => value > 0));
      const ours = prune(
        list.map(({ time, ...rest }) => ({ at: time, ...rest })),
        rules,
        zoneRules(timeZone, 0, 0)!,
      );
      expect(ours.map(({ mark }) => mark)).toEqual(pruneGroup(list, rules, timeZone));
    }),
    draws(200),
  );
});
