import type { Tier, Window } from '../policy/policy.ts';
import { secondOfDay, secondsLeft } from '../policy/window.ts';
import { spellDuration, type UnixSeconds } from '../units.ts';
import type { BackupTask, Guest } from '../world/actual.ts';
import type { GuestResult } from '../world/task.ts';
import { readFailure, type FailureClass } from './failure.ts';

/** Waits before the first, second and third repeat. A fourth would only meet the next scheduled run. */
const WAITS_SECONDS = [5 * 60, 20 * 60, 60 * 60] as const;

export type RetryInput = {
  readonly guest: Guest;
  readonly tier: Tier;
  /** Vzdump tasks of the site, newest first. */
  readonly tasks: readonly BackupTask[];
  /** When the newest finished point of the guest began; undefined where there is none. */
  readonly newestPointAt?: UnixSeconds;
  /** The login that repeats: its own runs are the repeats. `user@realm!token` */
  readonly login: string;
  /** PVE's storage that its job writes to. */
  readonly storage?: string;
  /** When the tier's job runs next. */
  readonly nextRunAt?: UnixSeconds;
  /** What one backup of the guest takes, measured or assumed, its wait included. */
  readonly longestSeconds: number;
  readonly window?: Window;
  readonly timeZone: string;
  readonly now: UnixSeconds;
};

/** What to do about a guest's last run. */
export type RetryDecision =
  | { readonly act: 'none'; readonly because: string }
  | { readonly act: 'wait'; readonly until: UnixSeconds; readonly because: string }
  | { readonly act: 'retry'; readonly attempt: number; readonly because: string }
  /** A person is needed: another try would fail alike. */
  | { readonly act: 'give-up'; readonly class: FailureClass; readonly because: string };

/**
 * Whether a guest's failed backup is repeated now. Only what failed for a passing reason, only what left no point, at most three times between two
 * scheduled runs and inside the site's window, and never while anything else holds the guest or backs up on its node. It reads everything
 * from what is true now: after a crash the same answer comes again, and a repeat that already runs is seen as a running task.
 */
export function decideRetry(input: RetryInput): RetryDecision {
  const { guest, tasks, now, newestPointAt } = input;
  const runs = tasks.flatMap((task) => {
    const result = task.log?.guests.find(({ vmid }) => vmid === guest.vmid) ?? wordless(task, input);
    return result ? [{ task, result }] : [];
  });
  const [last] = runs;
  if (!last) return { act: 'none', because: 'it has no run that left word' };
  if (last.result.result === 'ok') return { act: 'none', because: 'its last run went well' };
  const running = tasks.find((task) => task.endedAt === undefined && task.status === undefined && task.upid.node === guest.node);
  if (running) return { act: 'none', because: `a backup runs on ${guest.node}` };
  if (newestPointAt !== undefined && newestPointAt >= last.task.upid.startedAt) {
    return { act: 'none', because: 'its run failed after it had left a point' };
  }
  if (guest.lock !== undefined && guest.lock !== '') return { act: 'none', because: `it is locked (${guest.lock})` };
  const failure = readFailure(wordsOf(last));
  if (failure.class !== 'transient') return { act: 'give-up', ...failure };
  const repeats = repeatsOf(runs, input.login);
  const wait = WAITS_SECONDS[repeats];
  if (wait === undefined) return { act: 'give-up', class: 'transient', because: `it failed ${repeats} times more: ${failure.because}` };
  const from = (last.task.endedAt ?? last.task.upid.startedAt) + wait;
  if (now < from) return { act: 'wait', until: from, because: failure.because };
  const room = roomFor(input);
  if (room !== undefined) return { act: 'give-up', class: 'transient', because: room };
  return { act: 'retry', attempt: repeats + 1, because: failure.because };
}

/** Who runs what is scheduled. */
const SCHEDULER = 'root@pam';

/**
 * Runs that ended before they came to the guest. A repeat of ours counts though its log could not be read: else there would be no last one. A
 * scheduled run that could not reach its storage says nothing of guests; it failed for each that a job backs up there from its node, unless the guest
 * came later.
 */
function wordless({ upid, endedAt, status, log }: BackupTask, { guest, login, storage }: RetryInput): GuestResult | undefined {
  if (endedAt === undefined) return undefined;
  const { vmid, node } = guest;
  const cameAt = Math.max(guest.createdAt ?? 0, guest.arrivedAt ?? 0);
  const repeat = upid.user === login && upid.id === String(vmid);
  const wasThere = upid.startedAt >= cameAt && upid.node === node;
  const night = upid.user === SCHEDULER && wasThere && ['', String(vmid)].includes(upid.id) && log?.guests.length === 0;
  if (repeat) return { vmid, result: status === 'OK' ? 'ok' : 'failed' };
  return night && storage !== undefined && status?.includes(`'${storage}'`) ? { vmid, result: 'failed' } : undefined;
}

type Run = { readonly task: BackupTask; readonly result: GuestResult };

function wordsOf({ task, result }: Run): string | undefined {
  return result.error ?? (result.result === 'unfinished' ? undefined : task.status);
}

/** How many of the newest runs in a row were repeats of ours. */
function repeatsOf(runs: readonly Run[], login: string): number {
  const other = runs.findIndex(({ task }) => task.upid.user !== login);
  return other === -1 ? runs.length : other;
}

/** Why there is no room for another try before the window ends or the next run comes; undefined where there is. */
function roomFor({ now, nextRunAt, longestSeconds, window, timeZone }: RetryInput): string | undefined {
  const needs = `another try takes up to ${spellDuration(longestSeconds)}`;
  if (nextRunAt !== undefined && now + longestSeconds > nextRunAt) return `${needs}, and the next run comes before`;
  if (window && longestSeconds > secondsLeft(window, secondOfDay(now, timeZone))) return `${needs}, and the window ends before`;
  return undefined;
}
