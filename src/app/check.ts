import { calendarFrom } from '#core/calendar/gap.ts';
import type { Finding } from '#core/finding.ts';
import { sortFindings } from '#core/finding.ts';
import { warnOfEvents } from '#core/policy/check-events.ts';
import type { TierProof } from '#core/retention/proof.ts';
import { proveTiers } from '#core/retention/whole.ts';
import type { UnixSeconds } from '#core/units.ts';
import { withPlaces } from './places.ts';
import type { LoadedPolicy, Ports } from './ports.ts';

export type Checked = {
  readonly file: string;
  readonly strict: boolean;
  /** False where the file could not be understood; `findings` says why, and nothing was proved. */
  readonly understood: boolean;
  readonly timeZones: readonly string[];
  readonly tiers: readonly TierProof[];
  /** Of the file, of its meaning and of the proof. */
  readonly findings: readonly Finding[];
};

/** What the proof says of a schedule of which nothing else is worth saying. */
const NO_SCHEDULE: ReadonlySet<string> = new Set(['HF-CALENDAR-NEVER', 'HF-CALENDAR-ENDS', 'HF-SCHEDULE-DENSE', 'HF-ZONE']);

/** Reads the policy and proves every promise in it. Asks no server. */
export async function check(ports: Pick<Ports, 'policySource' | 'clock'>, options: { readonly strict: boolean }): Promise<Checked> {
  const loaded = await ports.policySource.load();
  if (!loaded.policy) return notUnderstood(loaded, options.strict);
  const now = ports.clock.now();
  return withProofs(loaded, proveTiers(loaded.policy, calendarFrom(now), options.strict), now, options.strict);
}

/** A file of which no policy could be made: its findings stand, and nothing is proved. */
export function notUnderstood({ file, findings }: LoadedPolicy, strict: boolean): Checked {
  return { file, strict, understood: false, timeZones: [], tiers: [], findings };
}

/** A policy that was read, with the proofs of its tiers and what they find. */
export function withProofs(
  loaded: LoadedPolicy,
  { tiers, timeZones }: Pick<Checked, 'tiers' | 'timeZones'>,
  now: UnixSeconds,
  strict: boolean,
): Checked {
  const { policy, findings, file } = loaded;
  if (!policy) return notUnderstood(loaded, strict);
  const fromAt = calendarFrom(now);
  const broken = tiers.flatMap((tier) => tier.findings);
  const unproved = new Set(broken.filter(({ code }) => NO_SCHEDULE.has(code)).map(({ tier }) => tier));
  const readable = { sites: policy.sites, tiers: policy.tiers.filter(({ id }) => !unproved.has(id)) };
  const told = [...findings, ...withPlaces([...broken, ...warnOfEvents(readable, fromAt)], loaded)];
  return { file, strict, understood: true, tiers, timeZones, findings: sortFindings(told) };
}
