import { closest } from '../closest.ts';
import type { Finding } from '../finding.ts';
import type { Guest } from '../world/actual.ts';
import { assign, type Assignment, type Moment } from './assign.ts';
import { matchesRule, precision, spellSelectors } from './match.ts';
import { inAYear } from './last-day.ts';
import type { AssignRule, Policy, Tier } from './policy.ts';

/** The guests of one site with their assignments, and what is wrong with them. */
export type SiteAssignments = { readonly assignments: readonly Assignment[]; readonly findings: readonly Finding[] };

/** Assigns every guest of a site. Nothing is said here of rules that claim nobody: another site may have the guest. */
export function assignSite(policy: Policy, moment: Moment, guests: readonly Guest[]): SiteAssignments {
  const assignments = guests.map((guest) => assign(policy, moment, guest));
  const findings = guests.flatMap((guest, i) => findingsOf(policy, moment, guest, assignments[i]!));
  return { assignments, findings };
}

/** Rules that claim no guest of any site. Only told of where every site could be read: an absent guest may be an unread one. */
export function unusedRules(policy: Policy, guestsBySite: ReadonlyMap<string, readonly Guest[]>): Finding[] {
  const all = [...guestsBySite].flatMap(([site, guests]) => guests.map((guest) => ({ site, guest })));
  if (policy.sites.some(({ name }) => !guestsBySite.has(name))) return [];
  return policy.assign
    .filter((rule) => rule.guests && !all.some(({ site, guest }) => matchesRule(rule, site, guest)))
    .map((rule) =>
      claimsNobody(
        rule,
        all.map(({ guest }) => guest.name),
      ),
    );
}

function findingsOf(policy: Policy, moment: Moment, guest: Guest, assignment: Assignment): Finding[] {
  const about = { site: assignment.site, vmid: guest.vmid, at: `${assignment.site}: ${guest.type}/${guest.vmid} ${guest.name}` };
  return [
    ...claim(about, moment, guest, assignment),
    ...contradictions(about, moment, assignment),
    ...poolTrouble(policy, about, assignment),
  ];
}

type About = Pick<Finding, 'at'> & { readonly site: string; readonly vmid: number };

function claim(about: About, moment: Moment, guest: Guest, { configured, effective }: Assignment): Finding[] {
  if (configured.kind === 'unassigned') {
    const pool = effective.kind === 'tier' ? ` (it is in the pool ${effective.pool}, but no rule says that this is meant)` : '';
    return [
      {
        ...about,
        severity: guest.template ? 'info' : 'error',
        code: 'HF-UNASSIGNED',
        problem: `No rule assigns ${guest.template ? 'the template' : 'the guest'} "${guest.name}" to a tier${pool}`,
        why: guest.template
          ? 'guests made from it can be restored, but nobody promised that the template itself can'
          : 'nothing is promised to it, so nobody notices when it is not backed up',
        fix: 'see what Holdfast would propose, and add a line to "assign":\n    holdfast suggest',
      },
    ];
  }
  if (configured.kind !== 'expired') return [];
  const { rule } = configured;
  return [
    {
      ...about,
      severity: 'error',
      code: 'HF-EXCEPTION-ENDED',
      problem: `The exception for "${guest.name}" (${rule.at}) ended${rule.until ? ` on ${rule.until}` : ' before it began: it has no end date'}`,
      why: `it is without backup, and nobody accepts that any longer${rule.reason ? `; the reason was "${rule.reason}"` : ''}`,
      fix: `assign it to a tier; or, if the reason still holds, give it another last day:\n    until: ${inAYear(moment.site, moment.now)}`,
    },
  ];
}

/** Two rules that want different things. The narrower one first is how exceptions are written, and only worth knowing. */
function contradictions(about: About, moment: Moment, { configured, others, name }: Assignment): Finding[] {
  if (configured.kind === 'unassigned') return [];
  const { rule } = configured;
  const other = others.find((one) => one.tier !== rule.tier && precision(one) > 0);
  if (!other) return [];
  const deliberate = precision(rule) > precision(other);
  // An exception states its reason and its end: nothing is left to ask.
  if (deliberate && configured.kind === 'exception') return [];
  return [
    {
      ...about,
      severity: deliberate ? 'info' : 'warning',
      code: 'HF-TWO-RULES',
      problem: `Two rules claim "${name}": ${rule.at} says ${spellTier(rule)} (${spellSelectors(rule)}), ${other.at} says ${spellTier(other)} (${spellSelectors(other)})`,
      why: `the first one wins, so ${spellTier(rule)} holds; whoever reads only the second believes something else`,
      fix: deliberate
        ? 'nothing, if the narrower line is meant as the exception'
        : `put a line before both that says what is meant:\n    - { tier: ${rule.tier}, guests: [${JSON.stringify(name)}]${exceptionEnd(rule, moment)} }`,
    },
  ];
}

/** What a line without backup needs beside its guests: why, in the words of the broader line, and a last day. */
function exceptionEnd({ tier, reason }: AssignRule, { site, now }: Moment): string {
  return tier === 'none' ? `, reason: ${JSON.stringify(reason ?? 'why it has no backup')}, until: ${inAYear(site, now)}` : '';
}

function poolTrouble(policy: Policy, about: About, { configured, effective, name }: Assignment): Finding[] {
  if (effective.kind !== 'tier' || configured.kind === 'unassigned') return [];
  const configuredTier = configured.kind === 'tier' ? configured.tier : undefined;
  if (configuredTier === effective.tier) return [];
  const promised = policy.tiers.find(({ id }) => id === configuredTier);
  const held = policy.tiers.find(({ id }) => id === effective.tier)!;
  const weaker = promised !== undefined && isWeaker(held, promised);
  return [
    {
      ...about,
      severity: weaker ? 'error' : 'warning',
      code: 'HF-POOL-DISAGREES',
      ...(configuredTier === undefined ? {} : { tier: configuredTier }),
      problem: `"${name}" is in the pool ${effective.pool} of tier ${effective.tier}, but ${configured.rule.at} says ${spellTier(configured.rule)}`,
      why: weaker
        ? `the job of tier ${effective.tier} backs it up, and that tier promises less than tier ${configuredTier}`
        : `the job of tier ${effective.tier} backs it up, whatever the policy says`,
      fix:
        configuredTier === undefined
          ? `take it out of the pool:\n    pvesh set /pools --poolid ${effective.pool} --vms ${about.vmid} --delete 1`
          : 'let Holdfast put it where the policy says:\n    holdfast plan\n    holdfast apply',
    },
  ];
}

function isWeaker(held: Tier, promised: Tier): boolean {
  return held.rpoSeconds > promised.rpoSeconds || held.retentionSeconds < promised.retentionSeconds;
}

function claimsNobody(rule: AssignRule, names: readonly string[]): Finding {
  const given = rule.guests?.find((guest) => typeof guest === 'string');
  const near = given === undefined ? undefined : closest(given, names);
  return {
    severity: 'warning',
    code: 'HF-RULE-UNUSED',
    at: `assign.${rule.index}`,
    problem: `This rule claims no guest: ${spellSelectors(rule)}${near ? `; did you mean "${near}"?` : ''}`,
    why: 'the guest was removed or renamed, and whoever reads the policy believes that it is protected',
    fix: near ? `name the guest:\n    guests: [${near}]` : 'remove the line, or correct the name',
  };
}

function spellTier({ tier }: AssignRule): string {
  return tier === 'none' ? 'no backup' : `tier ${tier}`;
}
