import type { Finding } from '../finding.ts';
import type { UnixSeconds } from '../units.ts';
import { checkAlerts } from './check-alerts.ts';
import { checkLocks } from './check-locks.ts';
import { checkPressure } from './check-pressure.ts';
import { checkRules } from './check-rules.ts';
import { checkServer } from './check-server.ts';
import { checkSites } from './check-sites.ts';
import { checkTiers } from './check-tiers.ts';
import type { DraftPolicy } from './draft.ts';

/**
 * Everything in a policy that has the right shape and still makes no sense: promises that contradict each other, rules
 * that name a tier nobody wrote, places that do not exist. Places are paths (`tiers.1.retention`); whoever knows the
 * file finds the line. That the promises can be kept is another question, and the proof's.
 */
export function checkPolicy(draft: DraftPolicy, now: UnixSeconds): Finding[] {
  return [
    ...checkSites(draft),
    ...checkTiers(draft),
    ...checkLocks(draft),
    ...checkPressure(draft),
    ...checkRules(draft, now),
    ...checkAlerts(draft),
    ...checkServer(draft),
  ];
}
