import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sharedFolder } from '#test/shared.ts';
import { pruneGroup, type PruneOptions } from './prune.ts';

type Case = {
  readonly id: string;
  readonly name: string;
  readonly timezone: string;
  readonly keep: PruneOptions;
  readonly snapshots: readonly { time: number; protected?: boolean; finished?: boolean }[];
  readonly expected: readonly string[];
};

const shared = sharedFolder();

test.skipIf(shared === undefined)('prune agrees with the upstream cases', () => {
  const { cases } = JSON.parse(readFileSync(join(shared ?? '', 'samples/prune-cases.json'), 'utf8')) as { cases: Case[] };
  for (const { id, name, snapshots, keep, timezone, expected } of cases) {
    expect(pruneGroup(snapshots, keep, timezone), `${id} ${name}`).toEqual(expected);
  }
});

test('the last Sunday in October has one day, though it has 25 hours', () => {
  const midnight = Date.UTC(2026, 9, 24, 22) / 1000;
  const hourly = Array.from({ length: 25 }, (_, hour) => ({ time: midnight + hour * 3600 }));
  const marks = pruneGroup(hourly, { daily: 5 }, 'Europe/Vienna');
  expect(marks.filter((mark) => mark === 'kept')).toEqual(['kept']);
  expect(marks.at(-1)).toBe('kept');
});
