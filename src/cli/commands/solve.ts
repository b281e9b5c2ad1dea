import type { Command, Flags } from '../command.ts';
import { isOn, text } from '../command.ts';
import { solvedJson, solvedText } from '../views/solve.ts';
import { solvePolicy, solveWish, type Solved, type Wish } from '#app/solve.ts';
import { parseDuration } from '#core/units.ts';

const ASSUMED = { durationSeconds: 2400, queueSeconds: 1200, lostRuns: 0, extraRuns: 0, restoreBytesPerSecond: 100 * 2 ** 20 };

export const solve: Command = {
  name: 'solve',
  summary: 'Find the cheapest schedule and keep values that keep a promise. Changes nothing.',
  args: [{ name: '[TIER...]', help: 'tiers of the policy; all where none is named' }],
  options: [
    { flags: '--rpo DURATION', help: 'in place of the policy: largest data age' },
    { flags: '--retention DURATION', help: 'with --rpo: no point goes before this age' },
    { flags: '--delete-after DURATION', help: 'with --rpo: every point is gone by this age' },
    { flags: '--reach DURATION', help: 'with --rpo: how far back a restore reaches at every moment' },
    { flags: '--schedule EVENT', help: 'with --rpo: the schedule is fixed' },
    { flags: '--zone ZONE', help: 'with --rpo: time zone of the hosts', default: 'UTC' },
    { flags: '--duration DURATION', help: 'with --rpo: longest backup of a guest (40m)' },
    { flags: '--queue DURATION', help: 'with --rpo: longest wait of a guest for its turn (20m)' },
    { flags: '--lost-runs N', help: 'with --rpo: runs in a row that may fail (0)' },
    { flags: '--extra-runs N', help: 'with --rpo: backups by hand between two runs (0)' },
    { flags: '--strict', help: 'the tiers of the policy with no grace' },
  ],
  examples: [
    { run: 'holdfast solve', does: 'for each tier of the policy: what would be cheapest, and what it has' },
    { run: 'holdfast solve --rpo 24h --retention 30d --zone Europe/Vienna', does: 'for a promise that stands in no policy' },
    { run: 'holdfast solve --rpo 26h --retention 30d --reach 365d', does: 'daily for a month, and something for a year' },
  ],
  exits: { 0: 'every promise can be kept', 2: 'wrong usage, or the policy is invalid', 4: 'a promise cannot be kept' },

  async run({ ports, out }, args, flags) {
    const solved = text(flags, 'rpo') === undefined ? await fromPolicy(ports, args, flags) : fromFlags(flags, ports.clock.now());
    if ('problem' in solved) {
      out.error(`error: ${solved.problem}`);
      return 2;
    }
    out.result(solved, solvedText, solvedJson(solved));
    if (!solved.understood) return 2;
    return solved.solutions.every(({ schedule, keep, proof }) => schedule && keep && proof?.findings.length === 0) ? 0 : 4;
  },
};

type Refused = { readonly problem: string };

async function fromPolicy(ports: Parameters<typeof solvePolicy>[0], args: readonly string[], flags: Flags): Promise<Solved | Refused> {
  const bad = args.find((arg) => !/^\d+$/.test(arg));
  if (bad !== undefined) return { problem: `"${bad}" is no tier; tiers are numbers` };
  const solved = await solvePolicy(ports, { strict: isOn(flags, 'strict'), tiers: args.map(Number) });
  const missing = args.find((arg) => solved.understood && !solved.solutions.some(({ id }) => id === Number(arg)));
  return missing === undefined ? solved : { problem: `the policy has no tier ${missing}` };
}

function fromFlags(flags: Flags, now: number): Solved | Refused {
  const problems: string[] = [];
  const duration = (name: string, otherwise?: number): number | undefined => {
    const given = text(flags, name);
    if (given === undefined) return otherwise;
    const seconds = parseDuration(given);
    if (seconds === undefined) problems.push(`"${given}" is no duration; they read like 90m, 24h, 30d, 12w`);
    return seconds;
  };
  const count = (name: string): number => {
    const given = text(flags, name) ?? '0';
    if (!/^\d{1,3}$/.test(given)) problems.push(`"${given}" is no count of runs`);
    return Number(given);
  };
  const rpoSeconds = duration('rpo')!;
  const retentionSeconds = duration('retention', 0)!;
  const deleteAfterSeconds = duration('deleteAfter');
  const reachSeconds = duration('reach');
  const schedule = text(flags, 'schedule');
  const wish: Wish = {
    rpoSeconds,
    graceSeconds: 0,
    retentionSeconds,
    ...(deleteAfterSeconds !== undefined && { deleteAfterSeconds }),
    ...(reachSeconds !== undefined && { reachSeconds }),
    ...(schedule !== undefined && { schedule }),
  };
  const assume = {
    ...ASSUMED,
    durationSeconds: duration('duration', ASSUMED.durationSeconds)!,
    queueSeconds: duration('queue', ASSUMED.queueSeconds)!,
    lostRuns: count('lostRuns'),
    extraRuns: count('extraRuns'),
  };
  if (text(flags, 'retention') === undefined) problems.push('--rpo needs --retention: how long no point may be removed');
  if (problems.length > 0) return { problem: problems[0]! };
  const solution = solveWish(wish, { assume, timeZones: [text(flags, 'zone')!], now });
  return { solutions: [solution], findings: solution.proof?.findings ?? [], understood: true, strict: false };
}
