import type { UsageSample } from '../memory/record.ts';
import { DAY_SECONDS, spellCount, spellDuration, type UnixSeconds } from '../units.ts';

/** Samples older than this foretell nothing: growth of the last weeks says more than that of last year. */
export const FORECAST_SECONDS = 60 * DAY_SECONDS;
/** From fewer days nothing is foretold: a first full backup would look like growth for ever. */
const LEAST_DAYS = 7;
const WEEK_DAYS = 7;
/** What began lately is seen from so many days: most of them must have grown. */
const LATELY_DAYS = 10;
/** Nothing is foretold beyond this: no growth lasts so long unchanged. */
const HORIZON_SECONDS = 3 * 365 * DAY_SECONDS;
/**
 * Room that garbage collection is taken to need: it touches every chunk in use, and on a file system that never overwrites in place each
 * touch takes new room. An assumption, on the careful side. @see https://pbs.proxmox.com/docs/maintenance.html#garbage-collection
 */
const COLLECTION_FRACTION = 0.01;

/** How a store fills, from what was seen. */
export type Forecast = {
  readonly what: string;
  /** The newest sample. */
  readonly at: UnixSeconds;
  readonly totalBytes: number;
  readonly usedBytes: number;
  readonly availableBytes: number;
  /** Over how many days with a sample it was seen. */
  readonly days: number;
} & (
  | { readonly known: false; readonly because: string }
  | {
      readonly known: true;
      /** Net growth in bytes a day, collection and pruning included: the slow and the fast edge of the band hold nine tenths of what was seen. */
      readonly perDay: Band;
      /** When nothing is free any more; undefined where that is not within three years. `low` is the latest day, `high` the earliest. */
      readonly fullAt: Dates;
      /** When too little is free for garbage collection to run, after which nothing can be freed in the ordinary way. */
      readonly stuckAt: Dates;
    }
);

export type Band = { readonly low: number; readonly usual: number; readonly high: number };
export type Dates = { readonly low?: UnixSeconds; readonly usual?: UnixSeconds; readonly high?: UnixSeconds };

/**
 * Foretells each store's filling from its samples of the last 60 days: the median growth from a day to the same day of the next week, or from day
 * to day of the last ten where that is more, which a single full backup, a prune or a weekly collection does not tilt, and the band of nine tenths of all slopes over a week and more.
 *
 * @param samples  of any stores, in any order
 */
export function forecast(samples: readonly UsageSample[], now: UnixSeconds): readonly Forecast[] {
  const recent = samples.filter(({ at }) => at > now - FORECAST_SECONDS && at <= now);
  return [...Map.groupBy(recent, ({ what }) => what)].map(([, own]) => forecastOne(own)).sort((a, b) => (a.what < b.what ? -1 : 1));
}

function forecastOne(samples: readonly UsageSample[]): Forecast {
  const sorted = samples.toSorted((a, b) => a.at - b.at);
  const newest = sorted.at(-1)!;
  const { what, at, totalBytes, usedBytes, availableBytes } = newest;
  // A store that was enlarged is another store: only what was seen since then counts.
  const since = sorted.findLastIndex((sample) => sample.totalBytes !== totalBytes) + 1;
  const days = dailyMaxima(sorted.slice(since));
  const base = { what, at, totalBytes, usedBytes, availableBytes, days: days.length };
  if (days.length < LEAST_DAYS) {
    return {
      ...base,
      known: false,
      because: `it was seen on ${spellCount(days.length, 'day')} at this size; ${LEAST_DAYS} are needed`,
    };
  }
  const perDay = slopes(days);
  return {
    ...base,
    known: true,
    perDay,
    fullAt: dates(at, availableBytes, perDay),
    stuckAt: dates(at, roomOf(newest), perDay),
  };
}

/** What was measured before that says little of how full a store is: a site that is seen measures with each look. */
const AGED_SECONDS = DAY_SECONDS;

/** Why nothing is foretold of a store by figures of that instant; undefined where they are of the last day. */
export function agedBecause(measuredAt: UnixSeconds, now: UnixSeconds): string | undefined {
  return now - measuredAt <= AGED_SECONDS ? undefined : `it was last measured ${spellDuration(now - measuredAt)} ago`;
}

/**
 * What people are told of a store: from old figures nothing is foretold, for nobody knows what it holds by now. Findings and metrics go by the forecast
 * itself, so that no alarm ends because a server is silent.
 */
export function toldOf(one: Forecast, now: UnixSeconds): Forecast {
  const { what, at, totalBytes, usedBytes, availableBytes, days } = one;
  const because = agedBecause(at, now);
  return !one.known || because === undefined ? one : { what, at, totalBytes, usedBytes, availableBytes, days, known: false, because };
}

type Day = { readonly day: number; readonly bytes: number };

/** What a day's collection frees and the next backup fills again is no shrinking: each day counts with its fullest moment. */
function dailyMaxima(samples: readonly UsageSample[]): Day[] {
  const days = new Map<number, number>();
  for (const { at, usedBytes } of samples) {
    const day = Math.floor(at / DAY_SECONDS);
    days.set(day, Math.max(days.get(day) ?? 0, usedBytes));
  }
  return [...days].map(([day, bytes]) => ({ day, bytes })).sort((a, b) => a.day - b.day);
}

function slopes(days: readonly Day[]): Band {
  const weeks: number[] = [];
  const all: number[] = [];
  for (const [i, from] of days.entries()) {
    for (const to of days.slice(i + 1)) {
      const span = to.day - from.day;
      if (span < WEEK_DAYS - 1) continue;
      const slope = (to.bytes - from.bytes) / span;
      all.push(slope);
      if (span <= WEEK_DAYS + 1) weeks.push(slope);
    }
  }
  const usual = Math.max(quantile(weeks.length > 0 ? weeks : all, 0.5), lately(days));
  return { low: Math.min(usual, quantile(all, 0.05)), usual, high: Math.max(usual, quantile(all, 0.95)) };
}

/**
 * The median growth from one day to the next of late; a single full backup does not tilt it, and weekly ones alone leave it at nothing. What was
 * freed again did not grow.
 */
function lately(days: readonly Day[]): number {
  const late = days.slice(-LATELY_DAYS);
  const steps = late.slice(1).map(({ day, bytes }, i) => (bytes - late[i]!.bytes) / (day - late[i]!.day));
  const net = (late.at(-1)!.bytes - late[0]!.bytes) / (late.at(-1)!.day - late[0]!.day);
  return Math.min(quantile(steps, 0.5), 2 * Math.max(0, net));
}

function quantile(values: readonly number[], fraction: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * fraction;
  const low = sorted[Math.floor(place)]!;
  const high = sorted[Math.ceil(place)]!;
  return low + (high - low) * (place - Math.floor(place));
}

/** What may still be written before garbage collection can no longer run; negative where it cannot. */
export function roomOf({ totalBytes, availableBytes }: Pick<UsageSample, 'totalBytes' | 'availableBytes'>): number {
  return availableBytes - totalBytes * COLLECTION_FRACTION;
}

function dates(at: UnixSeconds, roomBytes: number, perDay: Band): Dates {
  const when = (growth: number): UnixSeconds | undefined => {
    if (roomBytes <= 0) return at;
    if (growth <= 0) return undefined;
    const seconds = (roomBytes / growth) * DAY_SECONDS;
    return seconds > HORIZON_SECONDS ? undefined : at + Math.floor(seconds);
  };
  const [low, usual, high] = [when(perDay.low), when(perDay.usual), when(perDay.high)];
  return {
    ...(low === undefined ? {} : { low }),
    ...(usual === undefined ? {} : { usual }),
    ...(high === undefined ? {} : { high }),
  };
}
