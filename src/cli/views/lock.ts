import type { GroupLocks, Locks, SiteLocks } from '#app/lock.ts';
import { findingJson } from '#core/finding.ts';
import { spellInstant } from '#core/units.ts';
import type { Paint } from '../out.ts';
import { columns } from './columns.ts';
import { findingsText } from './finding.ts';
import { wrap } from './wrap.ts';
import { spellNamespace } from '#core/world/namespace.ts';

type Shown = Extract<Locks, { outcome: 'shown' }>;

const GRADE =
  'Grade: a flag, not write-once. PBS removes a protected point by no prune, no sync and no deletion over its API. But the login PVE backs up with can lift the flag, so can whoever administers the datastore, and destroying the datastore does not ask.';

/** How the locks stand site by site, and what kind of protection that is. */
export function locksText({ policy, sites }: Shown, paint: Paint, width = 100): string {
  const locking = policy.tiers.filter(({ lock }) => lock).map(({ id }) => id);
  const head =
    locking.length === 0
      ? 'No tier says "lock: true": Holdfast protects nothing.\n'
      : `Points of ${locking.length === 1 ? 'tier' : 'tiers'} ${locking.join(', ')} are protected on PBS until their date, the newest verified one always.\n`;
  return `${head}\n${sites.map((site) => siteText(site, paint, width)).join('\n')}\n${paint.dim(wrap(GRADE, { width, indent: 0 }))}\n`;
}

function siteText(locks: SiteLocks, paint: Paint, width: number): string {
  const { site, trouble, unseen, groups, done, findings } = locks;
  const head = paint.bold(site.name);
  if (trouble)
    return `${head}\n  ${paint.red('could not be looked at')}: ${trouble.detail}\n  Fix: ${trouble.fix.replaceAll('\n', '\n  ')}\n`;
  const rows = groups.map((group) => rowOf(group, locks, paint));
  const none = unseen.length === 0 ? '  nothing is protected, and nothing should be' : '  nothing is remembered of it';
  const table = rows.length === 0 ? none : columns([titles(), ...rows], { indent: 2 });
  const blind = unseen
    .map((name) => `  ${paint.red(`PBS ${name} could not be read`)}: of it only what was seen before is told.\n`)
    .join('');
  const told = findings.length === 0 ? '' : `\n${findingsText(findings, paint, width)}`;
  return `${head}\n${blind}${table}\n${doneText(done, groups, paint)}${told}`;
}

function titles(): string[] {
  return ['group', 'guest', 'tier', 'points', 'ours', 'others’', 'to protect', 'to lift', 'next due'];
}

function rowOf(
  { place, name, tier, points, ours, others, toProtect, toLift, beyond, nextDueAt }: GroupLocks,
  { site }: SiteLocks,
  paint: Paint,
): string[] {
  const count = (number: number): string => (number === 0 ? paint.dim('0') : paint.yellow(String(number)));
  const where = site.pbs.length > 1 ? `${place.server} ` : '';
  return [
    `${where}${spellNamespace(place)} ${place.type}/${place.id}`,
    name ?? paint.dim('–'),
    tier === undefined ? paint.dim('–') : String(tier),
    String(points),
    String(ours),
    String(others),
    `${count(toProtect)}${beyond === 0 ? '' : ` (${beyond} beyond the limit)`}`,
    count(toLift),
    nextDueAt === undefined ? paint.dim('–') : spellInstant(nextDueAt, site.timeZone, { zone: false }).slice(0, 16),
  ];
}

function doneText(done: SiteLocks['done'], groups: readonly GroupLocks[], paint: Paint): string {
  const open = groups.reduce((sum, { toProtect, toLift }) => sum + toProtect + toLift, 0);
  if (done === 'elsewhere')
    return `  ${paint.yellow('A running watch holds this site and sees to its locks itself.')} Nothing was done here.\n`;
  if (done) return `  ${paint.green(`${done.protected} protected, ${done.lifted} lifted.`)}${open === 0 ? '' : ` ${open} left.`}\n`;
  return open === 0 ? '' : `  To set and lift them now:\n    holdfast lock --apply\n`;
}

/** For scripts: counts by group, and the grade in one word. */
export function locksJson({ sites }: Shown): unknown {
  return {
    grade: 'flag',
    sites: sites.map(({ site, trouble, unseen, groups, done, findings }) => ({
      site: site.name,
      trouble: trouble ? { kind: trouble.kind, detail: trouble.detail, fix: trouble.fix } : null,
      unseen,
      done: done ?? null,
      groups: groups.map(({ place, ...counts }) => ({ ...place, guest: counts.name ?? null, ...counts, id: place.id })),
      findings: findings.map(findingJson),
    })),
  };
}
