const DAY_SECONDS = 86_400;

/** One day of the calendar of a proof. `worstSeconds`: how old the newest usable point is at its worst on that day. */
export type ProofDay = { readonly at: number; readonly worstSeconds: number; readonly runs: number };

type Input = {
  /** In order; the gap is the time to the next run. */
  readonly runs: readonly { readonly at: number; readonly gapSeconds: number }[];
  /** From a run's begin until its point can be used, at the longest. */
  readonly extraSeconds: number;
  readonly zone: string;
};

/** Each day from the first run on. What is before it is not known, and no day of it is shown. */
export function proofDays({ runs, extraSeconds, zone }: Input): ProofDay[] {
  const [first] = runs;
  const last = runs.at(-1);
  if (!first || !last) return [];
  const days: ProofDay[] = [];
  let next = 0;
  for (let at = midnight(first.at, zone); at <= last.at; at += DAY_SECONDS) {
    let worst = 0;
    let count = 0;
    while (next < runs.length && runs[next]!.at < at + DAY_SECONDS) {
      if (next > 0) worst = Math.max(worst, runs[next]!.at - runs[next - 1]!.at + extraSeconds);
      next += 1;
      count += 1;
    }
    const before = runs[next - 1];
    if (before) worst = Math.max(worst, Math.min(at + DAY_SECONDS, before.at + before.gapSeconds) - before.at + extraSeconds);
    days.push({ at: at + DAY_SECONDS / 2, worstSeconds: worst, runs: count });
  }
  return days;
}

/** The last midnight in the zone, to the minute; a day whose clock changes is an hour off, which no cell shows. */
function midnight(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).formatToParts(
    at * 1000,
  );
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value ?? 0);
  return at - (at % 60) - part('hour') * 3600 - part('minute') * 60;
}

/** 0 is Monday. */
export function weekday(at: number, zone: string): number {
  const name = new Intl.DateTimeFormat('en-GB', { timeZone: zone, weekday: 'short' }).format(at * 1000);
  return ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(name);
}
