import type { SiteLives } from '#app/alerts.ts';
import type { AlertsTest } from '#app/test-alerts.ts';
import { SEVERITY_RANK } from '#core/finding.ts';
import type { FindingLife } from '#core/memory/record.ts';
import { STALE_SECONDS } from '#core/assess/judge.ts';
import { spellDuration, spellInstant, type UnixSeconds } from '#core/units.ts';
import type { Paint } from '../out.ts';
import { columns } from './columns.ts';
import { wrap } from './wrap.ts';

/** What is open at each site: worst first, with how long and what somebody said of it. A site nobody looks at is no calm site. */
export function livesText(sites: readonly SiteLives[], shown: Shown, paint: Paint): string {
  return `${sites.map((site) => siteText(site, shown, paint)).join('\n\n')}\n`;
}

/** `details`: also why each matters, and what to do. */
type Shown = { readonly now: UnixSeconds; readonly width: number; readonly details: boolean };

function siteText({ site, timeZone, lastLookAt, lives }: SiteLives, shown: Shown, paint: Paint): string {
  const { now } = shown;
  const looked =
    lastLookAt === undefined
      ? paint.yellow('no watch has looked in the last day: what stands here may be over')
      : now - lastLookAt > STALE_SECONDS
        ? paint.yellow(
            `last looked at ${spellDuration(now - lastLookAt)} ago: what stands here may be over, and what came since is not seen`,
          )
        : `looked at ${spellDuration(now - lastLookAt)} ago`;
  const head = `${paint.bold(site)}  ${looked}`;
  if (lives.length === 0) return `${head}\n  ${lastLookAt === undefined ? 'nothing is remembered' : 'nothing is open'}`;
  return [head, ...lives.toSorted(byWeight).map((life) => lifeText(life, timeZone, shown, paint))].join('\n\n');
}

const COLOR = { error: 'red', warning: 'yellow', info: 'cyan' } as const;

function byWeight(a: FindingLife, b: FindingLife): number {
  const over = Number(a.state === 'resolved') - Number(b.state === 'resolved');
  return over || SEVERITY_RANK[a.finding.severity] - SEVERITY_RANK[b.finding.severity] || (a.key < b.key ? -1 : 1);
}

function lifeText(life: FindingLife, timeZone: string, { now, width, details }: Shown, paint: Paint): string {
  const { finding, key } = life;
  const word = life.state === 'resolved' ? paint.green('over') : paint[COLOR[finding.severity]](finding.severity);
  return [
    `${word} ${paint.bold(finding.code)} at ${finding.at}`,
    wrap(`${finding.problem}.`, { width, indent: 2 }),
    ...(details ? [wrap(`Because ${finding.why}.`, { width, indent: 2 }), `  Fix: ${finding.fix}`] : []),
    wrap(stateText(life, timeZone, now), { width, indent: 2 }),
    `  ${paint.dim(key)}`,
  ].join('\n');
}

function stateText(life: FindingLife, timeZone: string, now: UnixSeconds): string {
  const { state, openedAt, firstSeenAt, resolvedAt, by, reason, untilAt } = life;
  const since = `for ${spellDuration(now - (openedAt ?? firstSeenAt))}`;
  const said = `${by === undefined ? '' : ` by ${by}`}${reason === undefined ? '' : `: ${reason}`}`;
  if (state === 'seen') return 'seen once; it is told when the next look sees it too';
  if (state === 'open') return `open ${since}`;
  if (state === 'acknowledged') return `open ${since}, acknowledged${said}`;
  if (state === 'suppressed')
    return `suppressed until ${untilAt === undefined ? 'further notice' : spellInstant(untilAt, timeZone)}${said}`;
  return `it lasted ${spellDuration((resolvedAt ?? now) - (openedAt ?? firstSeenAt))}, over since ${spellInstant(resolvedAt ?? now, timeZone)}`;
}

/** What became of one finding by a person's word. */
export function answeredText(life: FindingLife, timeZone: string, paint: Paint): string {
  const { state, untilAt, finding } = life;
  const what = {
    acknowledged: 'is acknowledged: nobody is told again unless it grows worse, or ends and comes back',
    suppressed: `is suppressed until ${untilAt === undefined ? '' : spellInstant(untilAt, timeZone)}: nobody is told before`,
    open: 'is open again: people are told of it',
    seen: 'was seen once',
    resolved: 'is over',
  }[state];
  return `${paint.bold(finding.code)} at ${finding.at} ${what}.\n`;
}

/** How each channel stood the test, or why there was none. */
export function testText(tested: Exclude<AlertsTest, { outcome: 'invalid' }>, paint: Paint, width = 100): string {
  if (tested.outcome === 'no-alerts')
    return 'error: the policy has no channel: nobody is told anything.\n  Fix: write "alerts" (docs/reference/policy.md)';
  if (tested.outcome === 'no-channel') return `error: the policy has no such channel; it has ${tested.known.join(', ')}`;
  if (tested.outcome === 'no-tier') return `error: the policy has no such tier; it has ${tested.known.join(', ')}`;
  if (tested.outcome === 'no-route')
    return `error: no route takes what concerns tier ${tested.tier} at site ${tested.site}: it is told to nobody.\n  Fix: end the routes with one that takes everything else`;
  const rows = tested.channels.map(({ channel, kind, outcome, error }) => {
    const words = {
      arrived: paint.green('arrived: the receiver has it'),
      accepted: `${paint.green('taken')}: the receiver took it; whether a person sees it, only that person knows`,
      missing: paint.red('missing: the receiver took it and has it not'),
      failed: `${paint.red('failed')}: ${error}`,
    }[outcome];
    return [`${channel} (${kind})`, words];
  });
  return `${columns(rows, { indent: 2, width })}\n`;
}
