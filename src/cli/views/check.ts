import type { Paint } from '../out.ts';
import { findingsText } from './finding.ts';
import { wrap } from './wrap.ts';
import { columns } from './columns.ts';
import { widthOf } from './width.ts';
import type { Checked } from '#app/check.ts';
import { findingJson } from '#core/finding.ts';
import { spellKeep } from '#core/retention/keep.ts';
import type { PointsKept, Promise, Proof, TierProof, Unproved } from '#core/retention/proof.ts';
import { spellExact, spellInstant, spellRate, spellSize } from '#core/units.ts';

const NAMES: Readonly<Record<Promise, string>> = {
  rpo: 'RPO',
  retention: 'retention',
  reach: 'reach',
  'delete-after': 'deleted after',
  'verify-within': 'verified within',
  'verify-every': 'verified every',
  'offsite-within': 'off site within',
  'stated-keep': 'stated keep',
};

/** Tier by tier: what is promised, the worst that can happen and when, what is kept; then what does not hold. */
export function checkedText(checked: Checked, paint: Paint, width: number): string {
  if (!checked.understood) return findingsText(checked.findings, paint, width);
  const tiers = checked.tiers.map((tier) => tierText(tier, paint, width)).join('\n\n');
  const findings = checked.findings.length === 0 ? '' : `\n${findingsText(checked.findings, paint, width)}`;
  return `${tiers}\n${findings}\n${verdict(checked, paint, width)}\n`;
}

function tierText(tier: TierProof, paint: Paint, width: number): string {
  const title = `${paint.bold(`Tier ${tier.id}  ${tier.name}`)}  ${paint.dim(`"${tier.schedule}"`)}`;
  if (tier.proofs.length === 0) return `${title}\n  ${paint.red('✗')}  nothing can be proved of this schedule`;
  const rows = [...tier.proofs.map((proof) => proofRow(proof, tier, paint)), ...tier.unproved.map((one) => unprovedRow(one, paint))];
  const short = columns(
    rows.map((cells) => cells.slice(0, -1)),
    { indent: 2 },
  ).split('\n');
  const whole = columns(rows, { indent: 2 }).split('\n');
  const lines = rows.map((cells, i) =>
    widthOf(whole[i]!) <= width ? whole[i]! : `${short[i]!}\n${wrap(cells.at(-1)!, { width, indent: 5 })}`,
  );
  return [title, ...lines, ...keptLines(tier).map((line) => wrap(line, { width, indent: 5 }))].join('\n');
}

function proofRow(proof: Proof, tier: TierProof, paint: Paint): string[] {
  return [mark(proof, paint), promiseText(proof), worstText(proof), whenText(proof, tier)];
}

function unprovedRow({ promisedSeconds, largestBytes, bytesPerSecond }: Unproved, paint: Paint): string[] {
  const most = `up to ${spellSize(largestBytes)}`;
  return [paint.yellow('?'), `RTO ${spellExact(promisedSeconds, ' ')}`, most, `a guest, at ${spellRate(bytesPerSecond)} (assumed)`];
}

function mark({ holds }: Proof, paint: Paint): string {
  return holds ? paint.green('✓') : paint.red('✗');
}

function promiseText({ promise, promisedSeconds, graceSeconds }: Proof): string {
  const grace = graceSeconds ? ` + ${spellExact(graceSeconds, ' ')} grace` : '';
  return `${NAMES[promise]} ${promise === 'stated-keep' ? 'for ' : ''}${spellExact(promisedSeconds, ' ')}${grace}`;
}

function worstText({ worstSeconds, holds }: Proof): string {
  if (worstSeconds !== undefined) return `worst ${spellExact(worstSeconds, ' ')}`;
  return holds ? '' : 'cannot be kept';
}

/** When the worst happens first, or what the promise is kept by. What breaks it is told by its finding. */
function whenText({ promise, worstAt, worst, holds, timeZone }: Proof, { upkeep }: TierProof): string {
  if (worstAt !== undefined) return `on ${spellInstant(worstAt, timeZone, { zone: false }).replace(/:\d\d$/, '')}`;
  if (promise === 'offsite-within' && upkeep?.sync) return `sync job "${upkeep.sync.schedule}"`;
  return holds ? worst : '';
}

function keptLines({ keep, keepIs, pointsKept }: TierProof): string[] {
  if (!keep) return ['no keep values were found'];
  const points = pointsKept ? `: ${pointsKept.usual} points, ${pointsKept.most} at most` : ': every point, for ever';
  return [`${spellKeep(keep)} (${keepIs === 'computed' ? 'computed' : 'fixed by hand'})${points}`, ...lockedLines(pointsKept)];
}

/** What a tier that locks keeps beside that, and why; nothing of one that does not. */
export function lockedLines(pointsKept: PointsKept | undefined): string[] {
  if (pointsKept?.locked === undefined) return [];
  return [`and up to ${pointsKept.locked} more under their lock, for PBS counts no protected point when it prunes: plan space for both`];
}

function verdict({ tiers, timeZones, strict }: Checked, paint: Paint, width: number): string {
  const proofs = tiers.flatMap((tier) => tier.proofs);
  const broken = proofs.filter(({ holds }) => !holds).length;
  const unread = tiers.filter((tier) => tier.proofs.length === 0).length;
  const zones = `${timeZones.length === 1 ? 'Zone' : 'Zones'} ${timeZones.join(', ')}`;
  const given = wrap(
    `Given ${givenText(tiers)}. ${zones}, ${years(tiers)} years of calendar${strict ? ', no grace' : ''}. RTO is not proved here: it depends on the sizes of the guests.`,
    { width, indent: 0 },
  );
  const result =
    broken + unread === 0
      ? paint.green(`All ${proofs.length} promises hold.`)
      : paint.red(
          `${broken} of ${proofs.length} promises do not hold.${unread === 0 ? '' : ` ${unread} ${unread === 1 ? 'tier' : 'tiers'} could not be proved at all.`}`,
        );
  return `${paint.dim(given)}\n${result}`;
}

/** What most tiers take for given, and who differs. */
function givenText(tiers: readonly TierProof[]): string {
  const byText = Map.groupBy(tiers, ({ chances }) => assumedText(chances));
  const [usual, ...others] = [...byText].toSorted((a, b) => b[1].length - a[1].length);
  if (!usual) return 'nothing';
  const rest = others.map(([text, which]) => ` (tier ${which.map(({ id }) => id).join(', ')}: ${text})`);
  return usual[0] + rest.join('');
}

function assumedText({ durationSeconds, queueSeconds, lostRuns, extraRuns }: TierProof['chances']): string {
  const lost = lostRuns === 0 ? 'no lost run' : `${lostRuns} lost ${lostRuns === 1 ? 'run' : 'runs'} in a row`;
  const extra = extraRuns === 0 ? 'no backup by hand' : `${extraRuns} ${extraRuns === 1 ? 'backup' : 'backups'} by hand between two runs`;
  return `${spellExact(durationSeconds, ' ')} a backup, ${spellExact(queueSeconds, ' ')} queue, ${lost}, ${extra}`;
}

function years(tiers: readonly TierProof[]): number {
  return Math.round(
    Math.min(...tiers.filter(({ proofs }) => proofs.length > 0).map(({ fromAt, toAt }) => (toAt - fromAt) / 31_557_600), 28),
  );
}

/** The part of a check that is a contract for scripts. */
export function checkedJson({ tiers, findings }: Checked): unknown {
  return { tiers: tiers.map(tierJson), findings: findings.map(findingJson) };
}

function tierJson({ id, name, proofs, unproved, keep, keepIs, schedule, upkeep, pointsKept }: TierProof): unknown {
  return {
    id,
    name,
    schedule,
    proofs: proofs.map((proof) => ({
      promise: proof.promise,
      holds: proof.holds,
      promisedSeconds: proof.promisedSeconds,
      graceSeconds: proof.graceSeconds ?? 0,
      worst: proof.worst,
      worstSeconds: proof.worstSeconds ?? null,
      counterexample: proof.counterexample ?? null,
      timeZone: proof.timeZone,
    })),
    unproved,
    keep: keep ?? null,
    keepIs,
    pointsKept: pointsKept ?? null,
    pruneSchedule: upkeep?.pruneSchedule ?? null,
    verify: upkeep?.verify ?? null,
  };
}
