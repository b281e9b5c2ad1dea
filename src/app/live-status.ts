import { assess } from '#core/assess/assess.ts';
import type { Assessment } from '#core/assess/assessment.ts';
import type { Policy } from '#core/policy/policy.ts';
import type { Finding } from '#core/finding.ts';
import type { Live } from './live.ts';
import { unknownSites } from './named-sites.ts';
import { atSiteTime } from './site-time.ts';
import { unreached } from './status.ts';

export type LiveStatus =
  | { readonly outcome: 'invalid'; readonly findings: readonly Finding[] }
  | {
      readonly outcome: 'assessed';
      readonly policy: Pick<Policy, 'tiers'>;
      readonly assessments: readonly Assessment[];
      readonly findings: readonly Finding[];
    };

/** What `status` says, by the last look of each site that is watched here. Asks no server; the points themselves are left out. */
export function statusOf(live: Live, wanted: readonly string[] | undefined): LiveStatus {
  const policy = live.policy();
  const unknown = unknownSites(policy, wanted);
  if (unknown.length > 0) return { outcome: 'invalid', findings: unknown };
  const now = live.clock.now();
  const assessments = policy.sites
    .filter(({ name }) => wanted === undefined || wanted.includes(name))
    .map((site): Assessment => {
      const actual = live.seen(site.name);
      if (!actual) return unreached(site, NOT_LOOKED_AT, now);
      const assessment = assess({ policy, site, ...atSiteTime(actual, site, now) });
      return { ...assessment, guests: assessment.guests.map((guest) => ({ ...guest, points: [] })) };
    });
  const { tiers } = policy;
  return { outcome: 'assessed', policy: { tiers }, assessments, findings: assessments.flatMap(({ findings }) => findings) };
}

/** What stands for a look where there was none. */
const NOT_LOOKED_AT = {
  kind: 'missing',
  detail: 'this daemon has not looked at it, or another one watches it',
  fix: 'ask the daemon that watches it, or wait for the first look',
} as const;
