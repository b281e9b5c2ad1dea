import { parseEvent } from '../calendar/event.ts';
import { runsBetween } from '../calendar/runs.ts';
import { calendarFrom } from '../calendar/gap.ts';
import { localSecondsAt, type ZoneRules } from '../calendar/zone.ts';
import type { Finding } from '../finding.ts';
import type { Policy, Site, Tier, TierId, Window } from '../policy/policy.ts';
import { isOpen, secondsLeft, spellMinute, windowMinutes } from '../policy/window.ts';
import { DAY_SECONDS, spellDuration, type UnixSeconds } from '../units.ts';
import type { Actual } from '../world/actual.ts';
import { rulesOf, widestGapSeconds, zoneOf } from './zones.ts';

const FOUR_YEARS_SECONDS = 1461 * DAY_SECONDS;

export type StaggerInput = {
  readonly policy: Policy;
  readonly site: Site;
  readonly actual: Actual;
  readonly tierByGuest: ReadonlyMap<number, TierId | 'none'>;
};

/** One tier's job on one node: how long it works there, by the durations that were measured. */
type Load = { readonly tier: Tier; readonly node: string; readonly seconds: number; readonly runs: readonly UnixSeconds[] };

/**
 * Where the jobs of tiers meet on a node, and where they do not fit the site's window. Schedules stay as they are written; the
 * findings name start times that fit. One backup runs on a node at a time, so a job that meets another waits, and its points are
 * that much older: that breaks what was proved where it waits longer than the tier assumes.
 *
 * Only measured durations count: of guests never backed up nothing is said.
 * @see https://pve.proxmox.com/pve-docs/chapter-vzdump.html
 */
export function staggerFindings(input: StaggerInput): Finding[] {
  const zone = zoneOf('pve', input.site, input.actual);
  const rules = rulesOf(zone);
  if (!rules) return [];
  const loads = loadsOf(input, rules);
  const nodes = [...new Set(loads.map(({ node }) => node))].toSorted((a, b) => (a < b ? -1 : 1));
  return nodes.flatMap((node) => {
    const here = loads.filter((load) => load.node === node);
    const meetings = here.flatMap((late) => worstMeeting(late, here, input) ?? []);
    return [
      ...meetings.map((meeting) => meet(meeting, here, input, rules)),
      ...here.flatMap((load) => outsideWindow(load, input.site, rules)),
    ];
  });
}

function loadsOf({ policy, actual, tierByGuest }: StaggerInput, zone: ZoneRules): Load[] {
  const seconds = measuredSeconds(actual);
  const guests = actual.pve.guests.known ? actual.pve.guests.value : [];
  return policy.tiers.flatMap((tier) => {
    const byNode = new Map<string, number>();
    for (const { vmid, node } of guests) {
      const measured = tierByGuest.get(vmid) === tier.id ? seconds.get(vmid) : undefined;
      if (measured !== undefined) byNode.set(node, (byNode.get(node) ?? 0) + measured);
    }
    if (byNode.size === 0) return [];
    const runs = runsOf(tier.schedule, zone, actual.asOf);
    return [...byNode].map(([node, total]) => ({ tier, node, seconds: total, runs }));
  });
}

/** The longest successful backup of each guest among the runs whose logs were read. */
function measuredSeconds({ pve }: Actual): ReadonlyMap<number, number> {
  const longest = new Map<number, number>();
  for (const { log } of pve.backupTasks.known ? pve.backupTasks.value : []) {
    for (const { vmid, result, durationSeconds } of log?.guests ?? []) {
      if (result === 'ok' && durationSeconds !== undefined) longest.set(vmid, Math.max(durationSeconds, longest.get(vmid) ?? 0));
    }
  }
  return longest;
}

/** Four years of runs; two months of a schedule that runs many times a day. */
function runsOf(schedule: string, zone: ZoneRules, now: UnixSeconds): readonly UnixSeconds[] {
  const parsed = parseEvent(schedule);
  if (!parsed.ok) return [];
  const often = widestGapSeconds(schedule, zone, now) < DAY_SECONDS / 4;
  const fromAt = calendarFrom(now);
  return runsBetween({ event: parsed.event, zone, fromAt, toAt: fromAt + (often ? 60 * DAY_SECONDS : FOUR_YEARS_SECONDS) });
}

type Meeting = { readonly late: Load; readonly early: Load; readonly at: UnixSeconds; readonly waitSeconds: number };

/** The longest that a tier waits for another on its node, where it is longer than it assumes. */
function worstMeeting(late: Load, here: readonly Load[], { policy }: StaggerInput): Meeting | undefined {
  const allowed = late.tier.assume?.queueSeconds ?? policy.assume.queueSeconds;
  let worst: Meeting | undefined;
  for (const early of here) {
    if (early.tier.id === late.tier.id) continue;
    let next = 0;
    for (const at of late.runs) {
      while (next < early.runs.length && early.runs[next]! <= at) next++;
      const before = early.runs[next - 1];
      if (before === undefined || (before === at && early.tier.id > late.tier.id)) continue;
      const waitSeconds = before + early.seconds - at;
      if (waitSeconds > Math.max(allowed, worst?.waitSeconds ?? 0)) worst = { late, early, at, waitSeconds };
    }
  }
  return worst;
}

function meet({ late, early, at, waitSeconds }: Meeting, here: readonly Load[], { policy, site }: StaggerInput, zone: ZoneRules): Finding {
  const day = Temporal.Instant.fromEpochMilliseconds(at * 1000)
    .toZonedDateTimeISO(zone.timeZone)
    .toPlainDate();
  const fits = startThatFits(late, here, site.window, zone);
  const allowed = late.tier.assume?.queueSeconds ?? policy.assume.queueSeconds;
  return {
    severity: 'warning',
    code: 'HF-SCHEDULE-MEET',
    at: `tiers.${late.tier.id}.schedule`,
    problem: `Tier ${late.tier.id} ("${late.tier.schedule}") waits up to ${spellDuration(waitSeconds)} on node ${late.node} for tier ${early.tier.id} ("${early.tier.schedule}"), which takes ${spellDuration(early.seconds)} there: so on ${day}`,
    why: `one backup runs on a node at a time, and the proof of tier ${late.tier.id} assumes a wait of ${spellDuration(allowed)} at most`,
    fix: fits
      ? `let it start when the node is free:\n    schedule: "${fits}"`
      : `no start in the window is free for it; widen the window, or assume what is true:\n    assume: { queue: ${spellDuration(waitSeconds).replaceAll(' ', '')} }`,
    site: site.name,
    tier: late.tier.id,
  };
}

/** The schedule with the first quarter of an hour, from the written one on, at which the node is free for the whole job. */
function startThatFits(load: Load, here: readonly Load[], window: Window | undefined, zone: ZoneRules): string | undefined {
  const found = /^(.*?)(\d{1,2}):(\d{2})$/.exec(load.tier.schedule);
  if (!found) return undefined;
  const written = Number(found[2]) * 60 + Number(found[3]);
  const busy = here
    .filter(({ tier }) => tier.id !== load.tier.id)
    .flatMap((other) => minutesOf(other, zone).map((start) => ({ start, minutes: other.seconds / 60 })));
  for (let step = 1; step < 96; step++) {
    const start = (Math.ceil(written / 15) * 15 + step * 15) % 1440;
    const free = busy.every((other) => !overlap(start, load.seconds / 60, other.start, other.minutes));
    if (free && fitsWindow(start, load.seconds, window)) return `${found[1]}${spellMinute(start)}`;
  }
  return undefined;
}

/** The times of day at which a tier starts. */
function minutesOf({ runs }: Load, zone: ZoneRules): number[] {
  return [...new Set(runs.map((at) => Math.floor((((localSecondsAt(zone, at) % DAY_SECONDS) + DAY_SECONDS) % DAY_SECONDS) / 60)))];
}

function overlap(a: number, aMinutes: number, b: number, bMinutes: number): boolean {
  return (b - a + 1440) % 1440 < aMinutes || (a - b + 1440) % 1440 < bMinutes;
}

function fitsWindow(start: number, seconds: number, window: Window | undefined): boolean {
  return !window || (isOpen(window, start) && seconds <= secondsLeft(window, start * 60));
}

function outsideWindow(load: Load, site: Site, zone: ZoneRules): Finding[] {
  const { tier, node, seconds } = load;
  const { window } = site;
  const start = minutesOf(load, zone).find((minute) => !fitsWindow(minute, seconds, window));
  if (!window || start === undefined) return [];
  const length = windowMinutes(window);
  const latest = (window.startMinute + Math.max(0, Math.floor((length - seconds / 60) / 15) * 15)) % 1440;
  const words = `${spellMinute(window.startMinute)}–${spellMinute(window.endMinute)}`;
  return [
    {
      severity: 'warning',
      code: 'HF-SCHEDULE-WINDOW',
      at: `tiers.${tier.id}.schedule`,
      problem: `Tier ${tier.id} starts at ${spellMinute(start)} and takes ${spellDuration(seconds)} on node ${node}: it ends at ${spellMinute(Math.ceil(start + seconds / 60) % 1440)}, and the window of site ${site.name} is ${words}`,
      why: 'backups slow down the guests and the network while people work',
      fix:
        seconds / 60 > length
          ? `it fits nowhere in ${words}: spread the guests over nodes or tiers, or widen the window`
          : `start by ${spellMinute(latest)} at the latest, or widen the window`,
      site: site.name,
      tier: tier.id,
    },
  ];
}
