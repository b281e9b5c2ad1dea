import { shownNextRun } from './jobs.ts';
import type { PbsCall } from './rights.ts';
import type { JobKind, Section } from './state.ts';

export type JobAsked = { readonly kind: JobKind | 'gc'; readonly id: string; readonly section: Section };

/** A job's configuration with its last and next run, as `/admin/{prune,verify,sync}` shows it. */
export function jobRow(call: PbsCall, { kind, id, section }: JobAsked): Record<string, unknown> {
  const { state, world } = call;
  const run = state.jobRuns[`${kind}:${id}`];
  const schedule = kind === 'gc' ? section['gc-schedule'] : section['schedule'];
  // Garbage collection that never ran is reckoned from now, everything else from when it was made.
  const from = kind === 'gc' && run?.endedAt === undefined ? { changedAt: world.now } : run;
  const next = section['disable'] === true ? undefined : shownNextRun(state, from, schedule);
  return {
    ...(kind !== 'gc' ? section : schedule === undefined ? {} : { schedule }),
    ...(next === undefined ? {} : { 'next-run': next }),
    ...(run?.endedAt === undefined ? {} : { 'last-run-endtime': run.endedAt, 'last-run-state': run.status, 'last-run-upid': run.upid }),
  };
}
