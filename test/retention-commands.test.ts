import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { check as checkPolicy } from '#app/check.ts';
import { marksFor } from '#app/prune.ts';
import { runBatch } from '#cli/batch.ts';
import { runCli } from '#cli/cli.ts';
import { makeOut } from '#cli/out.ts';
import type { Ports } from '#app/ports.ts';
import { proveRto } from '#core/retention/rto.ts';
import { draws } from './draws.ts';
import { makePolicy, makeTier, NOW } from './make.ts';

type Ran = { readonly exit: number; readonly out: string; readonly err: string };

/** One command on a policy and lines of standard input. */
async function holdfast(
  argv: readonly string[],
  { lines = [], policy = makePolicy() }: { lines?: readonly string[]; policy?: ReturnType<typeof makePolicy> } = {},
): Promise<Ran> {
  let [out, err] = ['', ''];
  const streams = { stdout: { write: (text: string) => (out += text) }, stderr: { write: (text: string) => (err += text) } };
  const exit = await runCli(argv, {
    ...streams,
    env: {},
    version: '0',
    context: async (made) => ({
      out: made,
      env: {},
      ports: {
        clock: { now: () => NOW },
        policySource: { load: async () => ({ policy, findings: [], file: 'holdfast.yaml' }) },
      } as unknown as Ports,
      lines: async function* () {
        yield* lines;
      },
      readFile: async () => lines.join('\n'),
      writeFile: async () => {},
      interactive: false,
    }),
  });
  return { exit, out, err };
}

const DAY = 86_400;
const tiers = [makeTier({ schedule: '04:00', statedKeep: { daily: 30 } })];
const assume = { durationSeconds: 2400, queueSeconds: 1200, lostRuns: 0, extraRuns: 0, restoreBytesPerSecond: 100 * 2 ** 20 };
const policy = makePolicy({ tiers, assume });

test('check is clean with the grace, and exits 0', async () => {
  const { exit, out } = await holdfast(['check'], { policy });
  expect(exit).toBe(0);
  expect(out).toContain('All 2 promises hold.');
  expect(out).toContain('keep-daily 31 (computed)');
});

test('check --strict --json is one document with dates in it, and exits 4', async () => {
  const { exit, out } = await holdfast(['check', '--strict', '--json'], { policy });
  const { tiers: shown, findings } = JSON.parse(out) as {
    tiers: { id: number; keep: object; schedule: string; proofs: { promise: string; holds: boolean; counterexample: string }[] }[];
    findings: { code: string }[];
  };
  expect(exit).toBe(4);
  expect(shown[0]).toMatchObject({ id: 1, schedule: '04:00', keep: { daily: 31 } });
  expect(shown[0]!.proofs.filter(({ holds }) => !holds).map(({ promise }) => promise)).toEqual(['rpo', 'stated-keep']);
  for (const { holds, counterexample } of shown[0]!.proofs) if (!holds) expect(counterexample).toMatch(/\d{4}-\d\d-\d\d \d\d:\d\d/);
  expect(findings.map(({ code }) => code)).toEqual(['HF-RPO', 'HF-RETENTION']);
});

test('no policy is no proof', async () => {
  const checked = await checkPolicy(
    { clock: { now: () => NOW }, policySource: { load: async () => ({ findings: [], file: 'x' }) } },
    { strict: false },
  );
  expect(checked).toMatchObject({ understood: false, tiers: [] });
});

test('solve keeps to the width of the terminal', async () => {
  const { out } = await holdfast(['solve'], { policy });
  for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
});

const solved = [
  { argv: ['--rpo', '26h', '--retention', '30d', '--zone', 'Europe/Vienna'], exit: 0, out: '04:00, keep-daily 31' },
  { argv: ['--rpo', '24h', '--retention', '30d', '--zone', 'Europe/Vienna'], exit: 0, out: '4,16:00, keep-hourly 61' },
  { argv: ['--rpo', '1h', '--retention', '30d'], exit: 4, out: 'no schedule' },
  { argv: ['--rpo', 'soon', '--retention', '30d'], exit: 2, out: '' },
  { argv: ['--rpo', '1d'], exit: 2, out: '' },
  { argv: ['7'], exit: 2, out: '' },
];
test.each(solved)('solve $argv', async ({ argv, exit, out }) => {
  const ran = await holdfast(['solve', ...argv], { policy });
  expect([ran.exit, ran.out]).toEqual([exit, expect.stringContaining(out)]);
});

test('prune shows one mark and one reason a snapshot', async () => {
  const lines = ['[{"backup-time":1795608000,"size":1},{"backup-time":1795604400,"size":1},{"backup-time":1795611600}]'];
  const { exit, out } = await holdfast(['prune', 'list.json', '--keep', 'daily=1'], { lines });
  expect(exit).toBe(0);
  expect(out).toContain('  ·●○\n');
  expect(out).toContain('keep-daily: 2026-11-25 12:00:00 stands for Wed 2026-11-25');
});

test('prune of a schedule shows what is left', async () => {
  const { out } = await holdfast(['prune', '--schedule', '04:00', '--keep', 'daily=3,weekly=1', '--days', '10', '--json']);
  const { snapshots } = JSON.parse(out) as { snapshots: { mark: string }[] };
  expect(snapshots.map(({ mark }) => mark).join(' ')).toBe('removed removed removed kept removed removed removed kept kept kept');
});

const refused = [
  { name: 'a keep option that is none', argv: ['--schedule', '04:00', '--keep', 'dayly=3'] },
  { name: 'a zone that is none', argv: ['--schedule', '04:00', '--zone', 'Mars/Olympus'] },
  { name: 'an event that is none', argv: ['--schedule', 'soon'] },
  { name: 'no snapshots', argv: [] },
  { name: 'days that are none', argv: ['--schedule', '04:00', '--days', '0'] },
];
test.each(refused)('prune refuses $name', async ({ argv }) => {
  const { exit, out, err } = await holdfast(['prune', ...argv]);
  expect([exit, out]).toEqual([2, '']);
  expect(err).toMatch(/^error: /);
});

test('prune refuses two groups in one list', async () => {
  const lines = ['[{"backup-type":"vm","backup-id":"1","backup-time":1},{"backup-type":"vm","backup-id":"2","backup-time":1}]'];
  expect((await holdfast(['prune', 'list.json'], { lines })).err).toContain('vm/1, vm/2');
});

test('prune --batch answers each line in order, also those it cannot read', async () => {
  const lines = [
    '{"timezone":"UTC","keep":{"daily":1},"snapshots":[{"time":1573810755},{"time":1573814955,"protected":true},{"time":1573815955,"finished":false}]}',
    'no',
    '{"timezone":"Mars","keep":{},"snapshots":[]}',
    '{"timezone":"UTC","keep":{"last":0},"snapshots":[{"time":1}]}',
  ];
  const { exit, out } = await holdfast(['prune', '--batch'], { lines });
  expect(out.trim().split('\n')).toEqual([
    '{"marks":["kept","protected","kept-partial"]}',
    '{"error":"this line is no JSON"}',
    '{"error":"\\"Mars\\" is no time zone"}',
    '{"marks":["kept"]}',
  ]);
  expect(exit).toBe(1);
});

test('prune --batch meets any JSON with one line and no crash', async () => {
  const near = fc.record(
    {
      timezone: fc.oneof(fc.constantFrom('UTC', 'Europe/Vienna', 'x'), fc.jsonValue()),
      keep: fc.oneof(
        fc.dictionary(fc.constantFrom('last', 'daily', 'keep-weekly', 'x'), fc.oneof(fc.nat(), fc.jsonValue())),
        fc.jsonValue(),
      ),
      snapshots: fc.oneof(
        fc.array(
          fc.record(
            { time: fc.oneof(fc.maxSafeInteger(), fc.double()), protected: fc.oneof(fc.boolean(), fc.jsonValue()) },
            { requiredKeys: [] },
          ),
        ),
        fc.jsonValue(),
      ),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        near.map((value) => JSON.stringify(value)),
        fc.json(),
        fc.string().filter((text) => text.trim() !== '' && !/[\n\r]/.test(text)),
      ),
      async (line) => {
        let written = '';
        const out = makeOut(
          { stdout: { write: (text) => (written += text) }, stderr: { write: () => {} } },
          { json: false, quiet: false, color: false },
        );
        const lines = async function* (): AsyncIterable<string> {
          yield line;
        };
        const exit = await runBatch({ out, lines }, (fields) => {
          const answer = marksFor(fields);
          return 'problem' in answer ? { error: answer.problem } : answer;
        });
        expect(written.trim().split('\n')).toHaveLength(1);
        expect(JSON.parse(written)).toSatisfy((answer: object) => 'marks' in answer || 'error' in answer);
        expect([0, 1]).toContain(exit);
      },
    ),
    draws(400),
  );
});

const rto = [
  { name: 'fits', sizeBytes: 2 ** 40, code: undefined },
  { name: 'does not fit', sizeBytes: 2 * 2 ** 40, code: 'HF-RTO' },
  { name: 'is not known', sizeBytes: undefined, code: 'HF-RTO-UNKNOWN' },
];
test.each(rto)('a guest whose size $name', ({ sizeBytes, code }) => {
  const guest = { site: 'home', vmid: 101, name: 'postgres', ...(sizeBytes === undefined ? {} : { sizeBytes }) };
  const finding = proveRto(makeTier({ rtoSeconds: DAY / 6 }), guest, { bytesPerSecond: 100 * 2 ** 20, measured: false });
  expect(finding?.code).toBe(code);
});
