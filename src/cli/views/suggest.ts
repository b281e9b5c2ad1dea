import type { GuestSuggestion, Suggested } from '#app/suggest.ts';
import type { Paint } from '../out.ts';
import { findingsText } from './finding.ts';

/** Proposals by tier, each with its reasons, and the lines that would make them true. */
export function suggestedText(suggested: Suggested, paint: Paint, width: number): string {
  if (!suggested.understood) return findingsText(suggested.findings, paint, width);
  const { guests, unknown } = suggested;
  const gaps = unknown.map(({ site, what, because }) => `${paint.yellow('not known')} ${site}: ${what}: ${because}\n`).join('');
  if (guests.length === 0)
    return `${gaps}${unknown.length > 0 ? 'No unassigned guest among those that could be read' : 'No guest is without a tier'}.\n`;
  const known = guests.filter(({ suggestion }) => suggestion.tier !== undefined).toSorted(byTier);
  const rest = guests.filter(({ suggestion }) => suggestion.tier === undefined);
  const lines = known.map((guest) => guestText(guest, paint)).join('');
  const silent = rest.map((guest) => guestText(guest, paint)).join('');
  const block = known.length > 0 ? `\nAdd the lines you agree with to "assign":\n${assignLines(known)}` : '';
  return `${gaps}${lines}${silent}${block}`;
}

function byTier(a: GuestSuggestion, b: GuestSuggestion): number {
  return a.suggestion.tier! - b.suggestion.tier! || b.suggestion.confidence - a.suggestion.confidence || a.vmid - b.vmid;
}

function guestText({ site, type, vmid, name, suggestion }: GuestSuggestion, paint: Paint): string {
  const tier =
    suggestion.tier === undefined
      ? paint.dim('no proposal')
      : `${paint.bold(`tier ${suggestion.tier}`)} (${Math.round(suggestion.confidence * 100)} %)`;
  return `${site}: ${type}/${vmid} ${name}: ${tier}\n${suggestion.reasons.map((reason) => `    ${reason}\n`).join('')}`;
}

function assignLines(guests: readonly GuestSuggestion[]): string {
  const tiers = [...new Set(guests.map(({ suggestion }) => suggestion.tier!))];
  return tiers
    .map((tier) => {
      const own = guests.filter(({ suggestion }) => suggestion.tier === tier);
      return `  - { tier: ${tier}, guests: [${own.map(({ vmid }) => vmid).join(', ')}] }  # ${own.map(({ name }) => name).join(', ')}\n`;
    })
    .join('');
}

/** The same for scripts: the contract of a proposal, with the guest it is for. */
export function suggestedJson({ guests, unknown, findings }: Suggested): unknown {
  return {
    guests: guests.map(({ suggestion, ...guest }) => ({
      ...guest,
      tier: suggestion.tier ?? null,
      confidence: suggestion.confidence,
      reasons: suggestion.reasons,
    })),
    unknown,
    findings,
  };
}
