import type { Explained } from '#app/explain.ts';
import type { GuestRun } from '#core/assess/runs.ts';
import type { DiskStory, NextRun, Story } from '#core/assess/story.ts';
import type { JudgedPoint } from '#core/assess/evidence.ts';
import { findingJson } from '#core/finding.ts';
import { spellSelectors } from '#core/policy/match.ts';
import type { Tier } from '#core/policy/policy.ts';
import { spellDuration, spellInstant, spellSize, type UnixSeconds } from '#core/units.ts';
import type { Paint } from '../out.ts';
import { columns } from './columns.ts';
import { findingsText } from './finding.ts';
import { COLOR, spellIso } from './status.ts';
import { wrap } from './wrap.ts';
import { spellNamespace } from '#core/world/namespace.ts';

const MOST_POINTS = 8;
const MOST_RUNS = 3;

/** One page about one guest, from what was promised to what would be lost now. */
export function explainText(story: Story, paint: Paint, width: number): string {
  const { guest, assessment, tier, findings } = story;
  const { site, timeZone, asOf } = story;
  const title = `${paint.bold(`${guest.type}/${guest.vmid} ${guest.name}`)} at ${site}, ${stateOf(story)}, as of ${spellInstant(asOf, timeZone)}`;
  const verdict = assessment
    ? `${paint[COLOR[assessment.posture]](assessment.posture)}\n${wrap(sentence(assessment.because), { width, indent: 2 })}`
    : 'A template: nothing is promised to it, and guests made from it are guests of their own.';
  const part = (name: string, lines: readonly string[]): string[] =>
    lines.length === 0
      ? []
      : [
          `${paint.bold(name)}\n${lines
            .flatMap((line) => line.split('\n'))
            .map((line) => `  ${line}`)
            .join('\n')}`,
        ];
  return [
    wrap(title, { width, indent: 0, hanging: 2 }),
    verdict,
    ...part('Promise', promiseLines(story, width - 2)),
    ...part('Jobs', jobLines(story, paint)),
    ...part(
      'Disks',
      [columns(story.disks.map((disk) => diskRow(disk, story, paint)))].filter((text) => text !== ''),
    ),
    ...part('Recovery points', pointLines(story, paint)),
    ...part('Last runs', runLines(story)),
    ...part('Lost if it were gone now', tier && assessment ? [wrap(lossText(story, tier), { width: width - 2, indent: 0 })] : []),
    ...part(
      'Next',
      [columns(story.next.map((run) => nextRow(run, story)))].filter((text) => text !== ''),
    ),
    findings.length > 0
      ? findingsText(findings, paint, width)
      : assessment && areUnseen(assessment)
        ? 'See what stands in the way:\n    holdfast doctor'
        : 'Nothing else is to be said of it.',
  ].join('\n\n');
}

/** Why nobody could be explained. */
export function notExplained(explained: Extract<Explained, { outcome: 'missing' | 'several' }>): string {
  const { wanted } = explained;
  if (explained.outcome === 'several') {
    return `error: several guests are called "${wanted}"\nFix: name one of them:\n${explained.which.map((name) => `    holdfast explain ${name}`).join('\n')}`;
  }
  const { near, unseen } = explained;
  const blind = unseen.length === 0 ? '' : `; the guests of ${unseen.join(', ')} could not be read`;
  const fix = near
    ? `did you mean ${near}?`
    : unseen.length > 0
      ? 'see what stands in the way:\n    holdfast doctor'
      : 'see all guests:\n    holdfast status --all';
  return `error: no guest is called "${wanted}"${blind}\nFix: ${fix}`;
}

function stateOf({ guest }: Story): string {
  const lock = guest.lock === undefined ? '' : `, locked (${guest.lock})`;
  return `${guest.running ? 'running' : 'stopped'} on ${guest.node}${lock}`;
}

function promiseLines({ assignment, tier, place, keptThrough, guest }: Story, width: number): string[] {
  const { configured, effective, others } = assignment;
  const line = (text: string): string => wrap(text, { width, indent: 0, hanging: 2 });
  const rule = configured.kind === 'unassigned' ? 'No rule claims it.' : `By ${configured.rule.at}: ${spellSelectors(configured.rule)}.`;
  const exempt =
    configured.kind === 'exception' || configured.kind === 'expired'
      ? [`No backup until ${configured.rule.until}: ${configured.rule.reason}`]
      : [];
  const pool =
    effective.kind === 'tier'
      ? `It is in pool ${effective.pool}, which is tier ${effective.tier}'s.`
      : effective.pool === undefined
        ? 'It is in no pool.'
        : `It is in pool ${effective.pool}, which is no tier's.`;
  const data = keptThrough.some(({ vmid }) => vmid !== guest.vmid)
    ? [`A data VM: kept through ${keptThrough.map(({ type, vmid, name }) => `${type}/${vmid} ${name}`).join(', ')}, which uses its disks.`]
    : [];
  return [
    ...(tier ? [line(`Tier ${tier.id}, ${tier.name}: ${spellTier(tier)}.`)] : []),
    line(rule),
    ...exempt,
    ...(others.length > 0
      ? [line(`Also claimed by ${others.map((one) => `${one.at} (tier ${one.tier})`).join(', ')}; the first rule wins.`)]
      : []),
    line(pool),
    ...(place ? [line(`Its points belong into ${place.datastore}:${place.namespace} on PBS ${place.pbs}.`)] : []),
    ...data.map(line),
  ];
}

function spellTier(tier: Tier): string {
  const { rpoSeconds, graceSeconds, retentionSeconds, rtoSeconds, verify, offsite, encryption } = tier;
  return [
    `RPO ${spellDuration(rpoSeconds)}${graceSeconds > 0 ? ` + ${spellDuration(graceSeconds)} grace` : ''}`,
    `RTO ${spellDuration(rtoSeconds)}`,
    `kept ${spellDuration(retentionSeconds)}`,
    ...(verify ? [`read again every ${spellDuration(verify.everySeconds)}`] : []),
    ...(offsite ? [`a copy at ${offsite.remote} within ${spellDuration(offsite.withinSeconds)}`] : []),
    ...(encryption ? ['encrypted'] : []),
  ].join(', ');
}

function jobLines({ jobs, keptThrough, guest }: Story, paint: Paint): string[] {
  if (!jobs) return [paint.yellow('They could not be seen.')];
  const through = keptThrough.some(({ vmid }) => vmid !== guest.vmid) ? ' of the guest that uses its disks' : '';
  const rows = [
    ...jobs.enabled.map((job) => [job.id, job.schedule, `to ${job.storage ?? 'no storage'}`, job.mode]),
    ...jobs.disabled.map((job) => [
      paint.dim(job.id),
      job.schedule,
      `to ${job.storage ?? 'no storage'}`,
      paint.yellow('disabled: it takes nobody'),
    ]),
  ];
  return rows.length === 0 ? [paint.red(`None takes it${through}.`)] : [columns(rows)];
}

function diskRow({ disk, keepsState, sharedWith, inNewest }: DiskStory, { guest, keptThrough }: Story, paint: Paint): string[] {
  const throughOthers = keptThrough.every(({ vmid }) => vmid !== guest.vmid);
  const taken = !keepsState
    ? paint.dim(disk.kind === 'bind' || disk.kind === 'device' ? `${disk.kind}: no backup ever takes it` : disk.kind)
    : disk.included
      ? 'taken'
      : throughOthers
        ? 'taken there'
        : paint.red('left out');
  const held = inNewest === undefined ? '' : inNewest ? 'in the newest point' : paint.red('not in the newest point');
  const shared = sharedWith.length > 0 ? `also on ${sharedWith.map(({ type, vmid, name }) => `${type}/${vmid} ${name}`).join(', ')}` : '';
  return [
    disk.key,
    disk.volume,
    disk.sizeBytes === undefined ? '' : spellSize(disk.sizeBytes),
    taken,
    [held, shared].filter((word) => word !== '').join(', '),
  ];
}

function pointLines(story: Story, paint: Paint): string[] {
  const { assessment, elsewhere } = story;
  if (!assessment) return [];
  const { points } = assessment;
  const rows = points.slice(0, MOST_POINTS).map((point) => pointRow(point, story, paint));
  const usable = points.filter((point) => point.usable).length;
  const more = points.length > MOST_POINTS ? [paint.dim(`and ${points.length - MOST_POINTS} older`)] : [];
  const others = elsewhere.map(
    ({ server, datastore, namespace, count, newestAt }) =>
      `${count} more in ${spellNamespace({ datastore, namespace })} on PBS ${server}, the newest of ${localText(newestAt, story)}: not where its tier keeps them, so they do not count`,
  );
  if (points.length === 0 && areUnseen(assessment)) return [paint.yellow('They could not be seen.'), ...others];
  if (points.length === 0) return ['None.', ...others];
  return [`${usable} of ${points.length} count.`, columns(rows), ...more, ...others];
}

function pointRow(point: JudgedPoint, story: Story, paint: Paint): string[] {
  const { snapshot } = point;
  const size = snapshot.sizeBytes === undefined ? '' : spellSize(snapshot.sizeBytes);
  const marks = [snapshot.encryption === 'encrypted' ? 'encrypted' : '', snapshot.protected ? 'protected' : '']
    .filter((word) => word !== '')
    .join(', ');
  if (!point.usable) return [paint.red('✗'), localText(point.at, story), size, `does not count: ${point.because}`];
  const read = point.verifiedAt === undefined ? 'not read yet' : `read ${localText(point.verifiedAt, story)}`;
  return [paint.green('✓'), localText(point.at, story), size, marks === '' ? read : `${read}, ${marks}`];
}

function runLines({ runs, timeZone }: Story): string[] {
  return runs.length === 0 ? [] : [columns(runs.slice(0, MOST_RUNS).map((run) => runRow(run, timeZone)))];
}

function runRow({ task, result }: GuestRun, timeZone: string): string[] {
  const words = [
    ...(result.error === undefined ? [] : [result.error]),
    ...(result.durationSeconds === undefined || result.error !== undefined ? [] : [`took ${spellDuration(result.durationSeconds)}`]),
    ...(result.freeze === undefined ? [] : [result.freeze === 'done' ? 'file systems frozen' : `not frozen: ${result.freeze}`]),
    ...(result.excludedDisks?.length ? [`without ${result.excludedDisks.join(', ')}`] : []),
    ...(result.diskless ? ['without any disk'] : []),
  ];
  return [spellInstant(task.upid.startedAt, timeZone, { zone: false }).slice(0, 16), result.result, words.join(', ')];
}

/** Something is promised, and whether it holds could not be seen: no point is known, and that is not to say that there is none. */
function areUnseen({ posture, tier, points }: NonNullable<Story['assessment']>): boolean {
  return posture === 'unknown' && tier !== undefined && points.length === 0;
}

function lossText({ assessment, restoreSeconds, disks }: Story, tier: Tier): string {
  if (assessment && areUnseen(assessment)) return 'Nobody knows: its points could not be seen.';
  const nowhere = disks.filter(
    ({ disk, keepsState, sharedWith, inNewestUsable }) => keepsState && !disk.included && sharedWith.length === 0 && !inNewestUsable,
  );
  const whole = nowhere.length === 0 ? '' : `, and all that lies on ${nowhere.map(({ disk }) => disk.key).join(', ')}`;
  const lost =
    assessment?.exposureSeconds === undefined
      ? 'Everything: no recovery point counts.'
      : `The last ${spellDuration(assessment.exposureSeconds)} of its data${whole}.`;
  if (restoreSeconds === undefined || assessment?.exposureSeconds === undefined) return lost;
  return `${lost} Reading the rest back takes about ${spellDuration(restoreSeconds)} at the assumed rate; the RTO is ${spellDuration(tier.rtoSeconds)}.`;
}

const NEXT_WORDS: Readonly<Record<NextRun['what'], string>> = {
  backup: 'next backup',
  prune: 'old points go',
  verify: 'points are read again',
  copy: 'copy off site',
};

function nextRow({ what, id, at }: NextRun, story: Story): string[] {
  return [localText(at, story), NEXT_WORDS[what], id, at < story.asOf ? 'overdue' : `in ${spellDuration(at - story.asOf)}`];
}

function localText(at: UnixSeconds, { timeZone }: Story): string {
  return spellInstant(at, timeZone, { zone: false }).slice(0, 16);
}

function sentence(text: string): string {
  return `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}.`;
}

/** The part for scripts. */
export function explainJson(story: Story): object {
  const { site, asOf, guest, assignment, assessment, tier, place, disks, jobs, elsewhere, next, restoreSeconds, findings } = story;
  const { configured, effective } = assignment;
  return {
    asOf: spellIso(asOf),
    site,
    id: `${guest.type}/${guest.vmid}`,
    name: guest.name,
    tier: tier?.id ?? null,
    rule: configured.kind === 'unassigned' ? null : configured.rule.at,
    effectiveTier: effective.kind === 'tier' ? effective.tier : null,
    pool: effective.pool ?? null,
    posture: assessment?.posture ?? null,
    because: assessment?.because ?? null,
    exposureSeconds: assessment?.exposureSeconds ?? null,
    place: place ?? null,
    keptThrough: story.keptThrough.map(({ type, vmid }) => `${type}/${vmid}`),
    jobs: jobs
      ? [...jobs.enabled, ...jobs.disabled].map(({ id, enabled, schedule, storage }) => ({
          id,
          enabled,
          schedule,
          storage: storage ?? null,
        }))
      : null,
    disks: disks.map(({ disk, keepsState, sharedWith, inNewest }) => ({
      key: disk.key,
      volume: disk.volume,
      sizeBytes: disk.sizeBytes ?? null,
      keepsState,
      included: disk.included,
      inNewestPoint: inNewest ?? null,
      sharedWith: sharedWith.map(({ vmid }) => vmid),
    })),
    points: (assessment?.points ?? []).map((point) => ({
      at: spellIso(point.at),
      group: point.group,
      counts: point.usable,
      because: point.usable ? null : point.because,
      verifiedAt: point.usable && point.verifiedAt !== undefined ? spellIso(point.verifiedAt) : null,
    })),
    elsewhere: elsewhere.map(({ newestAt, ...rest }) => ({ ...rest, newestPoint: spellIso(newestAt) })),
    next: next.map(({ at, ...rest }) => ({ ...rest, at: spellIso(at) })),
    restoreSeconds: restoreSeconds ?? null,
    findings: findings.map(findingJson),
  };
}
