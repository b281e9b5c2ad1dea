import { assess } from '#core/assess/assess.ts';
import type { Assessment } from '#core/assess/assessment.ts';
import type { Forecast } from '#core/capacity/forecast.ts';
import type { TierUse } from '#core/capacity/growth.ts';
import { samplesOf } from '#core/capacity/samples.ts';
import { digest } from '#core/digest.ts';
import type { Finding } from '#core/finding.ts';
import type { CycleRecord } from '#core/memory/record.ts';
import type { Policy, Site } from '#core/policy/policy.ts';
import { lateFindings, type GivenUp } from '#core/watch/late.ts';
import { isOutage, withSilence, type Silent } from '#core/watch/outage.ts';
import { lossVerdicts } from '#core/watch/losses.ts';
import { postureChanges, standings, type Standing } from '#core/watch/postures.ts';
import { endedTasks } from '#core/watch/tasks.ts';
import type { Actual } from '#core/world/actual.ts';
import type { Clock, Lease, Memory, Proxmox } from './ports.ts';
import { look, unreached, type Look } from './status.ts';
import { atSiteTime } from './site-time.ts';
import { knownLives, tellOf, weighCapacity } from './watch-findings.ts';
import { enterGroups, type LedgerEntered, type LedgerInput } from './watch-ledger.ts';

export type WatchInput = {
  readonly clock: Clock;
  readonly memory: Memory;
  readonly proxmox: Pick<Proxmox, 'observe'> & Partial<Pick<Proxmox, 'taskLog'>>;
  readonly policy: Policy;
  readonly site: Site;
  readonly lease: Lease;
  /** What the last cycle handed on, so that only what changed is read again. A cycle without it finds the same, at a higher price. */
  readonly previous?: Handed;
  /** What stood in the way of the locks when they were last seen to. */
  readonly locks?: readonly Finding[];
  /** Logins that a server does not accept, beside those that look. */
  readonly logins?: readonly Finding[];
  /** Why failed backups were not started again when they were last seen to, by vmid. */
  readonly givenUp?: ReadonlyMap<number, GivenUp>;
  /** Servers that gave no sign of life at the pulse before this look. */
  readonly silent?: readonly Silent[];
};

/** What one cycle hands to the next. */
export type Handed = { readonly actual: Actual; readonly policyDigest: string };

export type Watched =
  | { readonly outcome: 'lease-lost' }
  | {
      readonly outcome: 'recorded';
      readonly record: CycleRecord;
      /** Everything that was found, in the assessment, the ledger and the memory. */
      readonly findings: readonly Finding[];
      readonly assessment: Assessment;
      /** How each store fills, by the samples of the last weeks. */
      readonly forecasts: readonly Forecast[];
      readonly uses: readonly TierUse[];
      /** How each guest stands by what is seen and remembered. */
      readonly standings: readonly Standing[];
      /** What was seen, where the site could be looked at. */
      readonly actual?: Actual;
      /** For the next cycle. */
      readonly handed?: Handed;
    };

/**
 * One cycle of one site: looks, judges, and writes down once what follows from both. It needs the world, the policy and the memory,
 * never the cycle before it: killed at any moment, the next one goes on. Throws StoreError where the memory cannot be used.
 */
export async function watch(input: WatchInput): Promise<Watched> {
  const { clock, memory, policy, site, lease, previous, silent = [], locks = [], logins = [] } = input;
  const [at, policyDigest] = [clock.now(), digest(policy)];
  const seen = await lookAgain(input);
  const now = clock.now();
  const assessment = seen.actual ? assess({ policy, site, ...atSiteTime(seen.actual, site, now) }) : unreached(site, seen.trouble, now);
  const asked = { memory, policy, site, now };
  const known = await knownLives(asked);
  const out = isOutage(assessment, { site: site.name, known, now });
  const look = describeLook(assessment, Math.max(0, now - at));
  const tiers = new Map(assessment.guests.map(({ vmid, tier }) => [vmid, tier]));
  const tierOf = (vmid: number): number | undefined => tiers.get(vmid);

  const ledger = seen.actual
    ? await enterGroups({ ...asked, lease, actual: seen.actual, ...compared(previous, policyDigest), ...taskLogOf(input) })
    : NOTHING;
  if (ledger === 'lease-lost') return { outcome: 'lease-lost' };
  const before = await memory.postures(site.name);
  const capacity = await weighCapacity(asked, { seen: seen.actual ? samplesOf(seen.actual) : [], tierOf });
  const findings = [
    ...withSilence(
      [...assessment.findings, ...lateFindings(assessment, { known, givenUp: input.givenUp, lateSeconds: policy.alerts?.lateSeconds })],
      { site: site.name, silent },
    ),
    ...ledger.findings,
    ...capacity.findings,
    ...locks,
    ...logins,
    ...(await memory.troubles(now)).map((finding) => ({ ...finding, site: site.name })),
  ];
  const told = await tellOf(asked, { findings, over: ledger.over, outcome: look.outcome, out, known, tierOf });
  const lives = new Map([...known, ...told.lives].map((life) => [life.key, life]));
  const after = standings(before, assessment, { out, losses: lossVerdicts([...lives.values()], now) });
  const record: CycleRecord = {
    site: site.name,
    at: now,
    look,
    points: ledger.points,
    tasks: await newTasks(input, seen.actual),
    lives: told.lives,
    postures: postureChanges(before, after, { site: site.name, at: now }),
    usage: capacity.samples,
    alerts: told.alerts,
    audit: [],
  };
  const outcome = await memory.record(lease, record);
  if (outcome === 'lease-lost') return { outcome };
  const handed = worthKeeping(previous, seen.actual && { actual: seen.actual, policyDigest }, out);
  const { actual } = seen;
  return {
    outcome,
    record,
    findings,
    assessment,
    standings: after,
    forecasts: capacity.forecasts,
    uses: capacity.uses,
    ...(actual && { actual }),
    ...(handed && { handed }),
  };
}

const NOTHING: LedgerEntered = { points: [], findings: [], over: [] };

function taskLogOf({ proxmox: { taskLog } }: WatchInput): Pick<LedgerInput, 'taskLog'> {
  return taskLog ? { taskLog } : {};
}

/** Under another policy each date is asked for again, whether the group changed or not. */
function compared(previous: Handed | undefined, policyDigest: string): { readonly previous?: Actual; readonly whole: boolean } {
  if (!previous) return { whole: true };
  return { previous: previous.actual, whole: previous.policyDigest !== policyDigest };
}

async function lookAgain({ site, proxmox, previous }: WatchInput): Promise<Look> {
  return look(site, { observe: () => proxmox.observe(previous?.actual) });
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
  const known = previous ? endedTasks(site.name, previous.actual) : await memory.tasks(site.name, since);
  const upids = new Set(known.map(({ upid }) => upid));
  return ended.filter(({ upid }) => !upids.has(upid));
}

/** How long a look may serve as the one before, while what followed it saw less. */
const KEEP_SECONDS = 3600;

/** In an outage the last look that saw more is kept: with it the first look after the outage costs little. */
function worthKeeping(previous: Handed | undefined, now: Handed | undefined, out: boolean): Handed | undefined {
  if (!now) return previous;
  return out && previous && now.actual.asOf - previous.actual.asOf <= KEEP_SECONDS ? previous : now;
}
