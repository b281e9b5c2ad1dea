import { useMemo } from 'react';
import type { TierProofJson } from '#server/api/schema/policy.ts';
import { duration } from '../../parts/duration.ts';
import { date } from '../../parts/exact.ts';
import { proofDays, weekday } from './days.ts';
import classes from './proof-calendar.module.css';

const CELL = 12;
const TOP = 16;

/** The tier's year: how old its newest point gets on each day, against what is allowed. A dot is a day with a run. */
export function ProofCalendar({ tier }: { readonly tier: TierProofJson }) {
  const rpo = tier.proofs.find(({ promise }) => promise === 'rpo');
  const widest = Math.max(0, ...tier.runs.map(({ gapSeconds }) => gapSeconds));
  const extraSeconds = Math.max(0, (rpo?.worstSeconds ?? widest) - widest);
  const days = useMemo(() => proofDays({ runs: tier.runs, extraSeconds, zone: tier.timeZone }), [tier.runs, tier.timeZone, extraSeconds]);
  const [first] = days;
  if (!first || !rpo) return null;
  const limit = rpo.promisedSeconds + (rpo.graceSeconds ?? 0);
  const shift = weekday(first.at, tier.timeZone);
  const weeks = Math.ceil((days.length + shift) / 7);
  const worst = days.reduce((most, one) => (one.worstSeconds > most.worstSeconds ? one : most));
  const text = `In the next ${days.length} days the newest point is oldest on ${date(worst.at, tier.timeZone)}: ${duration(worst.worstSeconds)} of ${duration(limit)}.`;
  return (
    <figure className={classes.figure}>
      <div className={classes.scroll} tabIndex={0} role="group" aria-label={`Calendar of tier ${tier.id}`}>
        <svg width={weeks * CELL + CELL} height={TOP + 7 * CELL + 2} role="img" aria-label={text}>
          {days.map((one, index) => {
            const column = Math.floor((index + shift) / 7);
            const row = (index + shift) % 7;
            return (
              <g key={one.at}>
                {monthBegins(days, index, tier.timeZone) ? (
                  <text x={column * CELL} y={11} className={classes.month}>
                    {month(one.at, tier.timeZone)}
                  </text>
                ) : null}
                <rect
                  x={column * CELL + 1}
                  y={TOP + row * CELL + 1}
                  width={CELL - 2}
                  height={CELL - 2}
                  rx={2}
                  className={classes.day}
                  data-share={shareOf(one.worstSeconds, rpo.promisedSeconds, limit)}
                  data-worst={one === worst || undefined}
                >
                  <title>{`${date(one.at, tier.timeZone)}: up to ${duration(one.worstSeconds)} old${one.runs === 0 ? ', no run' : ''}`}</title>
                </rect>
                {one.runs > 0 ? (
                  <circle cx={column * CELL + CELL / 2} cy={TOP + row * CELL + CELL / 2} r={1.7} className={classes.run} />
                ) : null}
              </g>
            );
          })}
        </svg>
      </div>
      <figcaption
        className={classes.caption}
      >{`${text} A dot is a day with a run; the outlined day is the worst; yellow days need the grace. Days are those of ${tier.timeZone}.`}</figcaption>
    </figure>
  );
}

function shareOf(seconds: number, promised: number, limit: number): string {
  if (seconds > limit) return 'over';
  if (seconds > promised) return 'grace';
  return seconds > promised / 2 ? 'half' : 'little';
}

function month(at: number, zone: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone: zone, month: 'short' }).format(at * 1000);
}

/** At the first day of a month, and at the first day of all where the next month is not right beside it. */
function monthBegins(days: readonly { readonly at: number }[], index: number, zone: string): boolean {
  if (index > 0) return month(days[index]!.at, zone) !== month(days[index - 1]!.at, zone);
  const later = days[Math.min(21, days.length - 1)]!;
  return month(days[0]!.at, zone) === month(later.at, zone);
}
