import { closest } from '../closest.ts';
import type { Finding } from '../finding.ts';
import type { UnixSeconds } from '../units.ts';
import type { DraftPolicy, DraftRule } from './draft.ts';
import { hasEnded } from './assign.ts';
import { precision } from './match.ts';
import type { AssignRule } from './policy.ts';

/** What is wrong with the rules of `assign`: tiers that do not exist, exceptions without an end or a reason, rules that no guest can reach. `now` decides which exceptions have ended. */
export function checkRules(draft: DraftPolicy, now: UnixSeconds): Finding[] {
  return [
    ...checkEmpty(draft),
    ...draft.assign.flatMap((rule) => [
      ...checkTier(draft, rule),
      ...checkException(draft, rule, now),
      ...checkSelectors(draft, rule),
      ...checkReached(draft, rule),
    ]),
    ...checkTwice(draft),
  ];
}

function checkEmpty({ sites, tiers, assign }: DraftPolicy): Finding[] {
  const missing = [
    ...(sites.length === 0 ? (['sites'] as const) : []),
    ...(tiers.length === 0 ? (['tiers'] as const) : []),
    ...(assign.length === 0 ? (['assign'] as const) : []),
  ];
  const words = {
    sites: { what: 'no site', why: 'schedules are proved in the zone of a site, and guests live at one' },
    tiers: { what: 'no tier', why: 'a policy without a tier promises nothing' },
    assign: { what: 'no line under "assign"', why: 'nobody would have any of the promises' },
  } as const;
  return missing.map((key) => ({
    severity: key === 'assign' ? 'warning' : 'error',
    code: 'HF-EMPTY',
    at: key,
    problem: `The policy has ${words[key].what}`,
    why: words[key].why,
    fix: 'see the preset for an example:\n    holdfast init --preset adr-005',
  }));
}

function checkTier({ tiers }: DraftPolicy, { index, tier }: DraftRule): Finding[] {
  if (tier === undefined || tier === 'none' || tiers.length === 0 || tiers.some(({ id }) => id === tier)) return [];
  const ids = tiers.map(({ id }) => id);
  return [
    {
      severity: 'error',
      code: 'HF-TIER-UNKNOWN',
      at: `assign.${index}.tier`,
      problem: `There is no tier ${tier}; the policy has ${ids.join(', ')}`,
      why: 'the guests this line claims would have no promise at all',
      fix: `name one of them, or write tier ${tier}:\n    tier: ${nearest(tier, ids)}`,
    },
  ];
}

function nearest(wanted: number, ids: readonly number[]): number {
  return ids.toSorted((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted))[0] ?? 1;
}

function checkException(draft: DraftPolicy, rule: DraftRule, now: UnixSeconds): Finding[] {
  const { index, tier, reason, until } = rule;
  if (tier === undefined) return [];
  if (tier !== 'none') {
    if (until === undefined) return [];
    return [
      {
        severity: 'warning',
        code: 'HF-EXCEPTION',
        at: `assign.${index}.until`,
        problem: `"until" does nothing here: it ends exceptions, and this line assigns tier ${tier}`,
        why: 'whoever reads it believes that the assignment ends on its own',
        fix: 'remove "until", or move the line away on that day',
      },
    ];
  }
  const findings: Finding[] = [];
  const why = 'a guest without backup is a decision: somebody must be able to see why, and it must end by itself';
  if (reason === undefined) {
    const fix = 'say why:\n    reason: "rebuilt from code"';
    findings.push({
      severity: 'error',
      code: 'HF-EXCEPTION',
      at: `assign.${index}.tier`,
      problem: 'This exception has no reason',
      why,
      fix,
    });
  }
  if (until === undefined) {
    const fix = 'say how long it holds:\n    until: 2027-03-01';
    findings.push({
      severity: 'error',
      code: 'HF-EXCEPTION',
      at: `assign.${index}.tier`,
      problem: 'This exception has no end date',
      why,
      fix,
    });
  } else if (hasEndedEverywhere(draft, rule, now)) {
    findings.push({
      severity: 'error',
      code: 'HF-EXCEPTION-ENDED',
      at: `assign.${index}.until`,
      problem: `This exception ended on ${until}`,
      why: 'its guests are without backup, and nobody accepts that any longer',
      fix: 'assign them to a tier, or extend "until" if the reason still holds',
    });
  }
  return findings;
}

/** Ended in the zone of every site that is known. */
function hasEndedEverywhere({ sites }: DraftPolicy, rule: DraftRule, now: UnixSeconds): boolean {
  const zones = sites.flatMap(({ timeZone }) => (timeZone === undefined ? [] : [timeZone]));
  return (zones.length === 0 ? ['UTC'] : zones).every((timeZone) => hasEnded(rule, { timeZone, now }));
}

function checkSelectors({ sites, tiers }: DraftPolicy, rule: DraftRule): Finding[] {
  const at = `assign.${rule.index}`;
  const findings: Finding[] = [];
  const pattern = rule.guests?.find((guest) => typeof guest === 'string' && /[*?]/.test(guest));
  if (pattern !== undefined) {
    findings.push({
      severity: 'error',
      code: 'HF-PATTERN',
      at: `${at}.guests`,
      problem: `"${pattern}" is a pattern, but "guests" takes exact names`,
      why: 'no guest is called that, so the line would claim nobody',
      fix: `write it as a pattern:\n    names: ["${pattern}"]`,
    });
  }
  const names = sites.map(({ name }) => name);
  const stranger = rule.sites?.find((site) => !names.includes(site));
  if (stranger !== undefined && names.length > 0) {
    const near = closest(stranger, names);
    findings.push({
      severity: 'error',
      code: 'HF-SITE-UNKNOWN',
      at: `${at}.sites`,
      problem: `There is no site "${stranger}"; the policy has ${names.join(', ')}`,
      why: 'the line would claim nobody',
      fix: `name one of them:\n    sites: [${near ?? names[0]}]`,
    });
  }
  const other = tiers.find(
    ({ id, pool }) => pool !== undefined && rule.pools?.includes(pool) && rule.tier !== undefined && id !== rule.tier,
  );
  if (other) {
    findings.push({
      severity: 'warning',
      code: 'HF-POOL-DISAGREES',
      at: `${at}.pools`,
      problem: `"${other.pool}" is the pool of tier ${other.id}, but this line says ${rule.tier === 'none' ? 'no backup' : `tier ${rule.tier}`}`,
      why: `the job of tier ${other.id} backs its members up, whatever this line says`,
      fix: `say the same as the pool:\n    tier: ${other.id}`,
    });
  }
  return findings;
}

/** A rule that takes everybody ends the list. */
function checkReached({ assign }: DraftPolicy, rule: DraftRule): Finding[] {
  const rest = assign.length - rule.index - 1;
  if (rest === 0 || rule.partial || rule.tier === undefined || precision(rule as AssignRule) > 0) return [];
  return [
    {
      severity: 'error',
      code: 'HF-RULE-UNREACHED',
      at: `assign.${rule.index}`,
      problem: `This line claims every guest, so the ${rest === 1 ? 'line' : `${rest} lines`} after it never ${rest === 1 ? 'matches' : 'match'}`,
      why: 'the first line that matches wins',
      fix: 'move it to the end, or say whom it claims',
    },
  ];
}

/** A guest that is named one by one in two places. */
function checkTwice({ assign }: DraftPolicy): Finding[] {
  const seen = new Map<string, DraftRule>();
  const findings: Finding[] = [];
  for (const rule of assign) {
    for (const guest of rule.guests ?? []) {
      const key = `${String(guest).toLowerCase()} ${(rule.sites ?? []).join()}`;
      const first = seen.get(key);
      if (first) findings.push(namedTwice(guest, first, rule));
      else seen.set(key, rule);
    }
  }
  return findings;
}

function namedTwice(guest: number | string, first: DraftRule, second: DraftRule): Finding {
  const differs = first.tier !== second.tier && first.tier !== undefined && second.tier !== undefined;
  const where = first === second ? 'this line' : first.at;
  return {
    severity: differs ? 'error' : 'warning',
    code: 'HF-GUEST-TWICE',
    at: `assign.${second.index}.guests`,
    problem: `"${guest}" is already named in ${where}${differs ? `, with ${first.tier === 'none' ? 'no backup' : `tier ${first.tier}`}` : ''}`,
    why: differs
      ? 'the first line wins, and whoever reads this one believes something else'
      : 'whoever changes one of the two changes nothing or half',
    fix: 'remove one of them',
  };
}
