import { budgetFindings, fillFindings } from '#core/capacity/findings.ts';
import { forecast, FORECAST_SECONDS, type Forecast } from '#core/capacity/forecast.ts';
import { GROWTH_SECONDS, growthOf, tierUse, type TierUse } from '#core/capacity/growth.ts';
import type { Finding } from '#core/finding.ts';
import type { AlertRecord, CycleRecord, FindingLife, UsageSample } from '#core/memory/record.ts';
import type { Policy, Site } from '#core/policy/policy.ts';
import { DAY_SECONDS, type UnixSeconds } from '#core/units.ts';
import { liveOn } from '#core/watch/life.ts';
import { tell } from '#core/watch/tell.ts';
import type { Memory } from './ports.ts';

/** A store fills in days: a sample an hour is plenty. */
const SAMPLE_SECONDS = 3600;
/** Lives that ended longer ago have been told, or nobody was there to be told. */
const ENDED_DAYS = 31;

type Asked = { readonly memory: Memory; readonly policy: Policy; readonly site: Site; readonly now: UnixSeconds };

/** Samples worth keeping, and what all samples say of the days to come. */
export async function weighCapacity(
  { memory, policy, site, now }: Asked,
  { seen, tierOf }: { readonly seen: readonly UsageSample[]; readonly tierOf: (vmid: number) => number | undefined },
): Promise<{
  readonly samples: readonly UsageSample[];
  readonly findings: readonly Finding[];
  readonly forecasts: readonly Forecast[];
  /** Of tiers with a budget. */
  readonly uses: readonly TierUse[];
}> {
  const known = await memory.usage(site.name, now - FORECAST_SECONDS);
  const lastAt = new Map(known.map(({ what, at }) => [what, at]));
  const samples = seen.filter(({ what, at }) => at - (lastAt.get(what) ?? 0) >= SAMPLE_SECONDS);
  const forecasts = forecast([...known, ...samples], now);
  const fills = fillFindings(forecasts, { site, now });
  const budgeted = policy.tiers.filter(({ budgetBytes }) => budgetBytes !== undefined);
  if (budgeted.length === 0) return { samples, findings: fills, forecasts, uses: [] };
  const growth = growthOf(await memory.tasks(site.name, now - GROWTH_SECONDS), tierOf, now);
  const uses = tierUse(growth, budgeted);
  return { samples, findings: [...fills, ...budgetFindings(uses, { site, now })], forecasts, uses };
}

type Found = {
  /** Everything that was found in this look. */
  readonly findings: readonly Finding[];
  /** Keys of what is known to be over. */
  readonly over: readonly string[];
  readonly outcome: CycleRecord['look']['outcome'];
  /** The look lacks what could be seen at another time. */
  readonly out: boolean;
  readonly known: readonly FindingLife[];
  readonly tierOf: (vmid: number) => number | undefined;
};

/** Lives that are not over, and those that ended lately. */
export async function knownLives({ memory, site, now }: Omit<Asked, 'policy'>): Promise<readonly FindingLife[]> {
  return memory.lives(site.name, now - ENDED_DAYS * DAY_SECONDS);
}

/** The lives of what was found, and the messages that they make. */
export async function tellOf(
  { memory, policy, site, now }: Asked,
  { findings, over, outcome, out, known, tierOf }: Found,
): Promise<{ readonly lives: readonly FindingLife[]; readonly alerts: readonly AlertRecord[] }> {
  // What its rights never let it see, a look cannot lack: then it is as whole as it can be.
  const whole = !out && outcome !== 'failed';
  const wholeOutcomes = outcome === 'complete' ? ['complete'] : ['complete', 'partial'];
  const looks = whole ? await memory.looks(site.name, now - 2 * DAY_SECONDS) : [];
  const lastCompleteAt = looks.findLast((look) => wholeOutcomes.includes(look.outcome) && look.at < now)?.at;
  const lives = liveOn({
    site: site.name,
    at: now,
    outcome: whole ? 'complete' : outcome === 'failed' ? 'failed' : 'partial',
    findings,
    known,
    over,
    ...(lastCompleteAt === undefined ? {} : { lastCompleteAt }),
  });
  if (!policy.alerts) return { lives, alerts: [] };
  const after = new Map([...known, ...lives].map((life) => [life.key, life]));
  const oldest = Math.min(now - ENDED_DAYS * DAY_SECONDS, ...[...after.values()].map(({ openedAt }) => openedAt ?? now));
  const sent = await memory.outbox.history(oldest, site.name);
  return { lives, alerts: tell({ alerts: policy.alerts, site, tiers: policy.tiers, tierOf, now, lives: [...after.values()], sent }) };
}
