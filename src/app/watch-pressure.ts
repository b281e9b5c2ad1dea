import type { Assessment } from '#core/assess/assessment.ts';
import { FORECAST_SECONDS, type Forecast } from '#core/capacity/forecast.ts';
import type { AuditEntry } from '#core/memory/record.ts';
import type { Policy, Site, TierId } from '#core/policy/policy.ts';
import { relieve, type Relief } from '#core/pressure/relieve.ts';
import type { UnixSeconds } from '#core/units.ts';
import type { Actual } from '#core/world/actual.ts';
import { ProxmoxError } from '#core/world/proxmox-error.ts';
import type { Clock, Lease, Memory, Suspender } from './ports.ts';

export type PressureInput = {
  readonly clock: Clock;
  readonly memory: Pick<Memory, 'recordPoints' | 'usage'>;
  readonly suspender: Suspender;
  readonly policy: Policy;
  readonly site: Site;
  readonly lease: Lease;
  /** The look that was written down just now, and what follows from it. */
  readonly actual: Actual;
  readonly assessment: Assessment;
  readonly forecasts: readonly Forecast[];
  /** What the run before left behind. */
  readonly before?: PressureSeen;
};

/** One job that was to be suspended or taken back, and what came of it. */
export type Relieved = {
  readonly act: Relief['act'];
  readonly tier: TierId;
  /** `home: backup job hf-tier-4` */
  readonly on: string;
  readonly outcome: 'done' | 'failed';
  readonly because: string;
};

/** What one run leaves to the next. */
export type PressureSeen = {
  /** Until when each job is left alone: what was done is seen by the next look, and what cannot be done is not asked for at every one. */
  readonly restUntil: ReadonlyMap<string, UnixSeconds>;
  readonly done: readonly Relieved[];
};

const REST_SECONDS: Readonly<Record<Relieved['outcome'], number>> = { done: 300, failed: 3600 };

/**
 * Suspends jobs of the tiers that the policy names where a datastore is about to fill, and takes them back; nothing where the policy names no
 * `pve.pressureToken`. Part of the cycle: what it does, the next look sees, and tells. Each act is in the audit log before it is asked for. What is suspended
 * stands in the job's own comment. `lease-lost` where another holds the site by now.
 */
export async function seeToPressure(input: PressureInput): Promise<PressureSeen | 'lease-lost'> {
  const { clock, site, memory, actual, assessment, before } = input;
  const restUntil = new Map([...(before?.restUntil ?? [])].filter(([, at]) => clock.now() < at));
  const done: Relieved[] = [];
  if (site.pve.pressureToken === undefined) return { restUntil, done };
  // A site is judged by its own time.
  const now = clock.now() + assessment.asOf - actual.asOf;
  const samples = await memory.usage(site.name, now - FORECAST_SECONDS);
  for (const relief of relieve({ ...input, samples, now })) {
    if (restUntil.has(relief.job.id)) continue;
    const relieved = await carryOut(input, relief);
    if (relieved === 'lease-lost') return relieved;
    restUntil.set(relief.job.id, clock.now() + REST_SECONDS[relieved.outcome]);
    done.push(relieved);
  }
  return { restUntil, done };
}

async function carryOut(
  { clock, memory, suspender, site, lease }: PressureInput,
  { act, tier, job, comment, because }: Relief,
): Promise<Relieved | 'lease-lost'> {
  const on = `${site.name}: backup job ${job.id}`;
  const write = async (name: string, detail: string): Promise<boolean> => {
    const entry: AuditEntry = { at: clock.now(), by: 'holdfast', act: name, on, detail };
    return (await memory.recordPoints(lease, [], [entry])) !== 'lease-lost';
  };
  if (!(await write(`${act}-job`, because))) return 'lease-lost';
  const { id, enabled, comment: was } = job;
  try {
    await suspender.switchJob({ id, enabled: act === 'take-back', comment, before: { enabled, comment: was } });
    return { act, tier, on, because, outcome: 'done' };
  } catch (error) {
    if (!(error instanceof ProxmoxError)) throw error;
    return (await write(`${act}-job-not-done`, error.detail)) ? { act, tier, on, because: error.detail, outcome: 'failed' } : 'lease-lost';
  }
}
