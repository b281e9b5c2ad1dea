import { DAY_SECONDS } from './civil.ts';
import type { CalendarEvent } from './event.ts';
import { nextRun } from './next.ts';
import { periodAt, type ZoneRules } from './zone.ts';
import type { UnixSeconds } from '../units.ts';

const NEAR_SECONDS = 10 * DAY_SECONDS;
const WEEK_SECONDS = 7 * DAY_SECONDS;

/**
 * `nextRun` for many searches beside clock changes. An event without a date knows weekdays and times only, so beside two lone changes
 * of the same kind (weekday, time of day, offsets) it waits equally long from the same place: of each kind one is searched.
 */
export function searchBesideChanges(event: CalendarEvent, rules: ZoneRules): (afterAt: UnixSeconds) => UnixSeconds | undefined {
  if (event.years.length + event.months.length + event.days.length > 0) return (afterAt) => nextRun(event, rules, afterAt);
  const waits = new Map<string, number>();
  return (afterAt) => {
    const kind = kindOf(rules, afterAt);
    const known = kind === undefined ? undefined : waits.get(kind);
    if (known !== undefined) return afterAt + known;
    const found = nextRun(event, rules, afterAt);
    if (kind !== undefined && found !== undefined && found - afterAt <= NEAR_SECONDS) waits.set(kind, found - afterAt);
    return found;
  };
}

/** The kind of the one change that is near, and where the search stands beside it; undefined where none or several are. */
function kindOf({ startsAt, offsetSeconds, negativeSavingSinceAt }: ZoneRules, at: UnixSeconds): string | undefined {
  const change = periodAt({ startsAt }, at - 2 * NEAR_SECONDS) + 1;
  const changeAt = startsAt[change] ?? Infinity;
  if (changeAt > at + 2 * NEAR_SECONDS || (startsAt[change + 1] ?? Infinity) <= at + 2 * NEAR_SECONDS) return undefined;
  const before = offsetSeconds[change - 1]!;
  return `${(changeAt + before) % WEEK_SECONDS} ${before} ${offsetSeconds[change]} ${changeAt > negativeSavingSinceAt} ${at - changeAt}`;
}
