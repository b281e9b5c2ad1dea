import { assess } from '#core/assess/assess.ts';
import type { Assessment } from '#core/assess/assessment.ts';
import type { CycleRecord } from '#core/memory/record.ts';
import type { Policy, Site } from '#core/policy/policy.ts';
import { isOutage, postureChanges, standings, type Standing } from '#core/watch/postures.ts';
import { endedTasks } from '#core/watch/tasks.ts';
import type { Actual } from '#core/world/actual.ts';
import type { Clock, Lease, Memory, Proxmox } from './ports.ts';
import { look, unreached, type Look } from './status.ts';

export type WatchInput = {
  readonly clock: Clock;
  readonly memory: Memory;
  readonly proxmox: Pick<Proxmox, 'observe'>;
  readonly policy: Policy;
  readonly site: Site;
  readonly lease: Lease;
  /** What the last cycle handed on, so that only what changed is read again. A cycle without it finds the same, at a higher price. */
  readonly previous?: Actual;
};

export type Watched = {
  readonly outcome: 'recorded' | 'lease-lost';
  readonly record: CycleRecord;
  readonly assessment: Assessment;
  /** How each guest stands by what is seen and remembered. */
  readonly standings: readonly Standing[];
  /** For the next cycle. */
  readonly previous?: Actual;
};

/**
 * One cycle of one site: looks, judges, and writes down once what follows from both. It needs the world, the policy and the memory,
 * never the cycle before it: killed at any moment, the next one goes on. Throws StoreError where the memory cannot be used.
 */
export async function watch(input: WatchInput): Promise<Watched> {
  const { clock, memory, policy, site, lease } = input;
  const at = clock.now();
  const seen = await lookAgain(input);
  const seconds = Math.max(0, clock.now() - at);
  const assessment = seen.actual ? assess({ policy, site, actual: seen.actual, now: clock.now() }) : unreached(site, seen.trouble, at);
  const before = await memory.postures(site.name);
  const after = standings(before, assessment);
  const record: CycleRecord = {
    site: site.name,
    at,
    look: describeLook(assessment, seconds),
    points: [],
    tasks: await newTasks(input, seen.actual),
    lives: [],
    postures: postureChanges(before, after, { site: site.name, at }),
    usage: [],
    alerts: [],
    audit: [],
  };
  const outcome = await memory.record(lease, record);
  const previous = worthKeeping(input.previous, seen.actual, isOutage(assessment));
  return { outcome, record, assessment, standings: after, ...(previous && { previous }) };
}

async function lookAgain({ site, proxmox, previous }: WatchInput): Promise<Look> {
  return look(site, { observe: () => proxmox.observe(previous) });
}

function describeLook({ unseen, guestsUnseen }: Assessment, seconds: number): CycleRecord['look'] {
  if (unseen.length === 0) return { outcome: 'complete', seconds };
  const [first] = unseen;
  const more = unseen.length > 1 ? ` (and ${unseen.length - 1} more)` : '';
  return { outcome: guestsUnseen ? 'failed' : 'partial', seconds, trouble: `${first!.what}: ${first!.because}${more}` };
}

/** Tasks whose end this look saw first. Without a look before it the memory says which those are. */
async function newTasks({ memory, site, previous }: WatchInput, actual: Actual | undefined): Promise<CycleRecord['tasks']> {
  const ended = actual ? endedTasks(site.name, actual) : [];
  if (ended.length === 0) return [];
  const since = Math.min(...ended.map(({ endedAt }) => endedAt));
  const known = previous ? endedTasks(site.name, previous) : await memory.tasks(site.name, since);
  const upids = new Set(known.map(({ upid }) => upid));
  return ended.filter(({ upid }) => !upids.has(upid));
}

/** How long a look may serve as the one before, while what followed it saw less. */
const KEEP_SECONDS = 3600;

/** In an outage the last look that saw more is kept: with it the first look after the outage costs little. */
function worthKeeping(previous: Actual | undefined, actual: Actual | undefined, outage: boolean): Actual | undefined {
  if (!actual || (outage && previous && actual.asOf - previous.asOf <= KEEP_SECONDS)) return previous;
  return actual;
}
