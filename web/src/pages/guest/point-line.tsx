import type { RecoveryPoint } from '#server/api/schema/guests.ts';
import { date, day } from '../../parts/exact.ts';
import { useNow } from '../../parts/now.ts';
import classes from './point-line.module.css';

const DAY = 86_400;
const ROW = 5;
/** More lines than this are no picture. */
const MOST = 90;

type Kind = 'life' | 'bad' | 'gone' | 'open';

/** Each recovery point as a line from the time of its data to the day before which it may not go: newest at the bottom, today marked. */
export function PointLine({ points, zone }: { readonly points: readonly RecoveryPoint[]; readonly zone: string }) {
  const now = useNow(3600);
  const shown = points.slice(-MOST);
  const first = shown[0];
  if (first === undefined) return null;
  const ends = shown.map((point) => point.goneAt ?? point.notBeforeAt ?? now);
  const from = Math.min(first.at, now - 7 * DAY);
  const to = Math.max(now + DAY, ...ends) + DAY;
  const x = (at: number) => (1000 * (at - from)) / (to - from);
  const height = shown.length * ROW + ROW;
  const marks = daysBetween(from, to);
  return (
    <div className={classes.box}>
      <div className={classes.chart}>
        <svg
          viewBox={`0 0 1000 ${height}`}
          height={Math.min(280, Math.max(60, height))}
          preserveAspectRatio="none"
          role="img"
          aria-label={said(shown, zone)}
        >
          {marks.map((at) => (
            <line className={classes.grid} key={at} x1={x(at)} x2={x(at)} y1={0} y2={height} vectorEffect="non-scaling-stroke" />
          ))}
          {shown.map((point, index) => (
            <line
              key={`${point.server} ${point.datastore} ${point.namespace} ${point.at}`}
              className={`${classes.life} ${classes[kindOf(point)] ?? ''}`}
              x1={x(point.at)}
              x2={Math.max(x(point.at) + 3, x(ends[index] ?? now))}
              y1={(index + 1) * ROW}
              y2={(index + 1) * ROW}
              vectorEffect="non-scaling-stroke"
            />
          ))}
          <line className={classes.now} x1={x(now)} x2={x(now)} y1={0} y2={height} vectorEffect="non-scaling-stroke" />
        </svg>
      </div>
      <div className={classes.axis} aria-hidden="true">
        {marks
          .filter((at) => Math.abs(x(at) - x(now)) > 70 && x(at) > 30 && x(at) < 970)
          .map((at) => (
            <span key={at} style={{ left: `${x(at) / 10}%` }}>
              {day(at, zone).replace(/^\w+,? /, '')}
            </span>
          ))}
        <span className={classes.here} style={{ left: `${x(now) / 10}%` }}>
          now
        </span>
      </div>
      <Key points={shown} />
    </div>
  );
}

const WORDS: Readonly<Record<Kind, string>> = {
  life: 'kept: from its data to the day before which it may not go',
  bad: 'does not count',
  gone: 'gone',
  open: 'no day promised',
};

function Key({ points }: { readonly points: readonly RecoveryPoint[] }) {
  const kinds = [...new Set(points.map(kindOf))];
  return (
    <div className={classes.key} aria-hidden="true">
      {kinds.map((kind) => (
        <span key={kind}>
          <svg width="26" height="6">
            <line className={`${classes.life} ${classes[kind] ?? ''}`} x1={0} x2={26} y1={3} y2={3} />
          </svg>
          {WORDS[kind]}
        </span>
      ))}
    </div>
  );
}

function kindOf({ goneAt, counts, verified, notBeforeAt }: RecoveryPoint): Kind {
  if (goneAt !== undefined) return 'gone';
  if (counts?.usable === false || verified?.state === 'failed') return 'bad';
  return notBeforeAt === undefined ? 'open' : 'life';
}

/** At most eight marks, each on the start of a day of UTC: the axis tells days, the list below the exact times. */
function daysBetween(from: number, to: number): readonly number[] {
  const step = Math.ceil((to - from) / DAY / 8) * DAY;
  const first = Math.ceil(from / DAY) * DAY;
  return Array.from({ length: Math.max(0, Math.ceil((to - first) / step)) }, (_, index) => first + index * step);
}

function said(points: readonly RecoveryPoint[], zone: string): string {
  const oldest = points[0];
  const newest = points.at(-1);
  const bad = points.filter((point) => kindOf(point) === 'bad').length;
  return `${points.length} recovery points from ${date(oldest?.at ?? 0, zone)} to ${date(newest?.at ?? 0, zone)}${bad === 0 ? '' : `, ${bad} of which do not count`}. The table below has each.`;
}
