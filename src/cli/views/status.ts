import { POSTURES, type Posture } from '#core/assess/posture.ts';
import type { Assessment, GuestAssessment } from '#core/assess/assessment.ts';
import { findingJson, type Finding } from '#core/finding.ts';
import type { Tier } from '#core/policy/policy.ts';
import { spellDuration, spellInstant, type UnixSeconds } from '#core/units.ts';
import type { Paint } from '../out.ts';
import { columns } from './columns.ts';
import { widthOf } from './width.ts';
import { countText, findingText } from './finding.ts';
import { wrap } from './wrap.ts';

export type StatusView = {
  readonly tiers: readonly Tier[];
  readonly assessments: readonly Assessment[];
  readonly findings: readonly Finding[];
  /** Every guest and every finding, however many there are. */
  readonly all: boolean;
};

export const COLOR: Readonly<Record<Posture | 'exempt', keyof Paint>> = {
  protected: 'green',
  attention: 'yellow',
  'at-risk': 'yellow',
  unknown: 'yellow',
  broken: 'red',
  exempt: 'dim',
};

/** From here on protected guests of a tier are counted, and of the others only the first so many stand there. */
const MOST_GUESTS = 40;
/** From here on findings of one code are counted, and only the first so many told whole. */
const MOST_FINDINGS = 3;
const WORST_FIRST: readonly (Posture | 'exempt')[] = [...POSTURES.toReversed(), 'exempt'];

/** Each site, tier by tier, guest by guest: the word, how old the data is, and why; then what was found. */
export function statusText(view: StatusView, paint: Paint, width: number): string {
  const sites = view.assessments.map((assessment) => siteText(assessment, view, { paint, width })).join('\n\n');
  return view.findings.length > 0 ? `${sites}\n\n${findingsText(view, paint, width)}` : `${sites}\n`;
}

/** The contract for scripts. */
export function statusJson({ assessments, findings }: Pick<StatusView, 'assessments' | 'findings'>): unknown {
  const oldest = Math.min(...assessments.map(({ asOf }) => asOf));
  const guests = assessments.flatMap((assessment) => assessment.guests.map(guestJson));
  const unseen = assessments.flatMap(({ site, unseen }) =>
    unseen.map(({ what, because, privilege, path }) => ({ site, what, because, privilege, path })),
  );
  const told = findings.map((finding) => ({ site: finding.site ?? null, guest: guestOf(finding, assessments), ...findingJson(finding) }));
  return { asOf: Number.isFinite(oldest) ? spellIso(oldest) : null, guests, unseen, findings: told };
}

/** The id of the guest that a finding is about, as it stands among the guests. */
function guestOf({ site, vmid }: Finding, assessments: readonly Assessment[]): string | null {
  const found = assessments.find((one) => one.site === site)?.guests.find((guest) => guest.vmid === vmid);
  return found ? `${found.type}/${found.vmid}` : null;
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

export function spellIso(at: UnixSeconds): string {
  return Temporal.Instant.fromEpochMilliseconds(at * 1000).toString();
}

type Screen = { readonly paint: Paint; readonly width: number };

function siteText(assessment: Assessment, view: StatusView, screen: Screen): string {
  const { site, asOf, timeZone, guests, guestsUnseen } = assessment;
  const { paint } = screen;
  const head = `${paint.bold(site)}  as of ${spellInstant(asOf, timeZone)}`;
  if (guestsUnseen) return `${head}\n\n  ${paint.yellow('unknown')}  its guests could not be read, so nobody knows how they stand`;
  const byTier = Map.groupBy(guests, ({ tier }) => tier);
  const tiers = view.tiers.map((tier) => {
    const members = byTier.get(tier.id) ?? [];
    const rows = members.length > 0 ? guestRows(members, { timeZone, all: view.all }, screen) : paint.dim('  no guests');
    return `${tierText(tier, members, screen)}\n${rows}`;
  });
  const others = byTier.get(undefined) ?? [];
  const rest = others.length > 0 ? [`${paint.bold('Nothing promised')}\n${guestRows(others, { timeZone, all: view.all }, screen)}`] : [];
  return [head, ...tiers, ...rest].join('\n\n');
}

function tierText(tier: Tier, members: readonly GuestAssessment[], { paint, width }: Screen): string {
  const grace = tier.graceSeconds > 0 ? ` + ${spellDuration(tier.graceSeconds)} grace` : '';
  const promise = `RPO ${spellDuration(tier.rpoSeconds)}${grace}, kept ${spellDuration(tier.retentionSeconds)}`;
  const counts = countsText(members, paint);
  const line = `${paint.bold(`Tier ${tier.id}  ${tier.name}`)}  ${promise}`;
  if (counts === '') return line;
  return widthOf(line) + 2 + widthOf(counts) <= width ? `${line}  ${counts}` : `${line}\n  ${counts}`;
}

/** `5 broken, 6 protected` */
function countsText(members: readonly GuestAssessment[], paint: Paint): string {
  const byPosture = Map.groupBy(members, ({ posture }) => posture);
  return WORST_FIRST.flatMap((posture) => {
    const count = byPosture.get(posture)?.length ?? 0;
    return count === 0 ? [] : [paint[COLOR[posture]](`${count} ${posture}`)];
  }).join(', ');
}

type Rows = { readonly timeZone: string; readonly all: boolean };

/** A few guests in their order; of many, the worst, and how many others there are. */
function guestRows(guests: readonly GuestAssessment[], { timeZone, all }: Rows, screen: Screen): string {
  const { paint } = screen;
  if (all || guests.length <= MOST_GUESTS) return table(guests, timeZone, screen);
  const worse = guests.filter(({ posture }) => posture !== 'protected' && posture !== 'exempt');
  const shown = worse.toSorted((a, b) => WORST_FIRST.indexOf(a.posture) - WORST_FIRST.indexOf(b.posture)).slice(0, MOST_GUESTS / 2);
  const names = new Set(shown.map(({ vmid }) => vmid));
  const hidden = countsText(
    guests.filter(({ vmid }) => !names.has(vmid)),
    paint,
  );
  return [...(shown.length > 0 ? [table(shown, timeZone, screen)] : []), `  ${paint.dim('not shown (--all shows them):')} ${hidden}`].join(
    '\n',
  );
}

const LEAST_FOR_REASON = 30;

/** The reason takes what the other columns leave, or lines of its own where that is too little. */
function table(guests: readonly GuestAssessment[], timeZone: string, { paint, width }: Screen): string {
  const cells = guests.map(({ posture, tier, type, vmid, name, newestPointAt }) => [
    paint[COLOR[posture]](posture),
    `${type}/${vmid}`,
    name,
    newestPointAt === undefined
      ? posture === 'unknown' && tier !== undefined
        ? 'not seen'
        : 'no point'
      : spellInstant(newestPointAt, timeZone, { zone: false }).slice(0, 16),
  ]);
  const lines = columns(cells, { indent: 2 }).split('\n');
  const taken = Math.max(...lines.map(widthOf)) + 2;
  const own = width - taken < LEAST_FOR_REASON;
  const indent = own ? 6 : taken;
  return guests
    .map(({ because }, i) => {
      const reason = wrap(because, { width, indent });
      return own ? `${lines[i]}\n${reason}` : `${lines[i]}${' '.repeat(taken - widthOf(lines[i]!))}${reason.slice(indent)}`;
    })
    .join('\n');
}

/** All findings; of one code that many guests have, the first few whole and the others by name. */
function findingsText({ findings, all }: StatusView, paint: Paint, width: number): string {
  const byCode = Map.groupBy(findings, ({ code }) => code);
  const told = new Map<string, number>();
  const texts = findings.flatMap((finding): string[] => {
    const same = byCode.get(finding.code)!;
    const place = told.get(finding.code) ?? 0;
    told.set(finding.code, place + 1);
    if (all || same.length <= MOST_FINDINGS + 1 || place < MOST_FINDINGS) return [findingText(finding, paint, width)];
    if (place > MOST_FINDINGS) return [];
    return [
      `${paint.bold(finding.code)} ${same.length - MOST_FINDINGS} times more, first at ${finding.at} ${paint.dim('(--all shows them)')}\n`,
    ];
  });
  return `${texts.join('\n')}\n${countText(findings)}\n`;
}
