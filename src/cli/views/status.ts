import { POSTURES, type Posture } from '#core/assess/posture.ts';
import type { Assessment, GuestAssessment } from '#core/assess/assessment.ts';
import type { Finding } from '#core/finding.ts';
import type { Tier } from '#core/policy/policy.ts';
import { spellDuration, spellInstant, type UnixSeconds } from '#core/units.ts';
import type { Paint } from '../out.ts';
import { columns } from './columns.ts';
import { findingsText } from './finding.ts';

export type StatusView = {
  readonly tiers: readonly Tier[];
  readonly assessments: readonly Assessment[];
  readonly findings: readonly Finding[];
};

const COLOR: Readonly<Record<Posture | 'exempt', keyof Paint>> = {
  protected: 'green',
  attention: 'yellow',
  'at-risk': 'yellow',
  unknown: 'yellow',
  broken: 'red',
  exempt: 'dim',
};

/** Each site, tier by tier, guest by guest: the word, how old the data is, and why. */
export function statusText({ tiers, assessments, findings }: StatusView, paint: Paint): string {
  const sites = assessments.map((assessment) => siteText(assessment, tiers, paint)).join('\n\n');
  return findings.length > 0 ? `${sites}\n\n${findingsText(findings, paint)}` : `${sites}\n`;
}

/** The contract for scripts. */
export function statusJson({ assessments }: StatusView): unknown {
  const oldest = Math.min(...assessments.map(({ asOf }) => asOf));
  const guests = assessments.flatMap((assessment) => assessment.guests.map(guestJson));
  return { asOf: Number.isFinite(oldest) ? spellIso(oldest) : null, guests };
}

function guestJson({ site, type, vmid, name, tier, posture, because, exposureSeconds, newestPointAt, findings }: GuestAssessment): unknown {
  return {
    site,
    id: `${type}/${vmid}`,
    name,
    tier: tier ?? null,
    posture,
    because,
    exposureSeconds: exposureSeconds ?? null,
    newestPoint: newestPointAt === undefined ? null : spellIso(newestPointAt),
    findings,
  };
}

function spellIso(at: UnixSeconds): string {
  return Temporal.Instant.fromEpochMilliseconds(at * 1000).toString();
}

function siteText(assessment: Assessment, tiers: readonly Tier[], paint: Paint): string {
  const { site, asOf, timeZone, guests } = assessment;
  const parts = [`${paint.bold(site)}  as of ${spellInstant(asOf, timeZone)}`];
  for (const tier of tiers) {
    const members = guests.filter((guest) => guest.tier === tier.id);
    parts.push(
      `${tierLine(tier, members, paint)}\n${members.length > 0 ? guestRows(members, assessment, paint) : paint.dim('  no guests')}`,
    );
  }
  const others = guests.filter((guest) => guest.tier === undefined);
  if (others.length > 0) parts.push(`${paint.bold('Nothing promised')}\n${guestRows(others, assessment, paint)}`);
  return parts.join('\n\n');
}

function tierLine(tier: Tier, members: readonly GuestAssessment[], paint: Paint): string {
  const grace = tier.graceSeconds > 0 ? ` + ${spellDuration(tier.graceSeconds)} grace` : '';
  const counts = POSTURES.toReversed()
    .map((posture) => ({ posture, count: members.filter((guest) => guest.posture === posture).length }))
    .filter(({ count }) => count > 0)
    .map(({ posture, count }) => paint[COLOR[posture]](`${count} ${posture}`));
  const promise = `RPO ${spellDuration(tier.rpoSeconds)}${grace}, retention ${spellDuration(tier.retentionSeconds)}`;
  return `${paint.bold(`Tier ${tier.id}  ${tier.name}`)}  ${promise}${counts.length > 0 ? `  ${counts.join(', ')}` : ''}`;
}

function guestRows(guests: readonly GuestAssessment[], { timeZone }: Assessment, paint: Paint): string {
  const rows = guests.map((guest) => [
    paint[COLOR[guest.posture]](guest.posture),
    `${guest.type}/${guest.vmid}`,
    guest.name,
    guest.newestPointAt === undefined ? 'no point' : spellInstant(guest.newestPointAt, timeZone, { zone: false }).slice(0, 16),
    guest.because,
  ]);
  return columns(rows, { indent: 2 });
}
