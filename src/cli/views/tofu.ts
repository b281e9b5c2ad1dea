import type { Look } from '#app/tofu-check.ts';
import { findingJson } from '#core/finding.ts';
import type { CheckedPlan, TierMove } from '#core/tofu/check.ts';
import type { TofuFinding } from '#core/tofu/told.ts';
import type { Paint } from '../out.ts';
import { countText, findingsText, safe } from './finding.ts';
import { cell, findingItem, inline } from './markdown.ts';
import { spellCount } from '#core/units.ts';

/** A checked plan with where it was held against. */
export type CheckedView = { readonly site: string; readonly look: Look; readonly checked: CheckedPlan };

export function checkedText({ checked, look }: CheckedView, paint: Paint, width?: number): string {
  const moves = checked.moves.map((move) => `  ${move.vmid} ${safe(move.name)}: ${safe(spellMove(move))}`);
  const told = checked.findings.length === 0 ? [] : [findingsText(checked.findings, paint, width)];
  const changes = moves.length === 0 ? [] : [paint.bold('Tiers:'), ...moves, ''];
  return `${[...told, ...changes, verdict(checked, look, paint)].join('\n')}\n`;
}

function verdict({ passes, guests, findings }: CheckedPlan, look: Look, paint: Paint): string {
  const count = `${spellCount(guests, 'guest')} in the code`;
  const where = look.kind === 'whole' ? '' : `\n${spellLook(look)}`;
  const blind = findings.some(({ severity, code }) => severity === 'warning' && code === 'HF-TOFU-UNKNOWN');
  const none = blind
    ? paint.yellow('The plan breaks no promise, as far as it can be known before the apply')
    : paint.green('The plan breaks no promise');
  if (passes) return `${none}: ${count}, ${countText(findings)}.${where}`;
  return `${paint.red('The plan would break promises.')} ${count}.${where}`;
}

function spellLook(look: Look): string {
  if (look.kind === 'partly') return `The site could not be read whole: ${safe(look.because)}`;
  return look.kind === 'none' ? 'Nobody looked at the servers (--offline).' : '';
}

function spellMove({ isNew, from, to }: TierMove): string {
  const spell = (tier: TierMove['to']): string => (tier ? `tier ${tier.id} (${tier.name})` : 'no tier');
  return isNew ? `new, ${spell(to)}` : `${spell(from)} → ${spell(to)}`;
}

/** The contract for scripts. */
export function checkedJson({ site, look, checked }: CheckedView): unknown {
  const { passes, guests, moves, findings } = checked;
  return {
    site,
    looked: look.kind === 'whole',
    ...(look.kind === 'partly' ? { unseen: look.because } : {}),
    passes,
    guests,
    moves,
    findings: findings.map((finding) => ({ ...findingJson(finding), ...allowOf(finding) })),
  };
}

function allowOf({ allow }: TofuFinding): { allow?: string } {
  return allow === undefined ? {} : { allow };
}

/** For the comment of a merge request. */
export function checkedMarkdown({ site, look, checked }: CheckedView): string {
  const { passes, guests, moves, findings } = checked;
  const lines = [
    `## Holdfast: ${passes ? '✅ this plan breaks no promise' : '❌ this plan would break promises'}`,
    '',
    `Site ${inline(site)}, ${spellCount(guests, 'guest')} in the code, ${countText(findings)}.${look.kind === 'whole' ? '' : ` ${inline(spellLook(look))}`}`,
  ];
  if (moves.length > 0) {
    lines.push('', '| guest | tier |', '|---|---|');
    lines.push(...moves.map((move) => `| ${move.vmid} ${cell(move.name)} | ${cell(spellMove(move))} |`));
  }
  const grave = findings.filter(({ severity }) => severity === 'error');
  const rest = findings.filter(({ severity }) => severity !== 'error');
  if (grave.length > 0) lines.push('', '### Must be dealt with', '', ...grave.map(findingItem));
  if (rest.length > 0) lines.push('', '### To know', '', ...rest.map(findingItem));
  return `${lines.join('\n')}\n`;
}
