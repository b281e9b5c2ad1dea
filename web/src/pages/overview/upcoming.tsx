import { Tooltip, VisuallyHidden } from '@mantine/core';
import type { Overview } from '#server/api/schema/overview.ts';
import { duration } from '../../parts/duration.ts';
import { exact, minute } from '../../parts/exact.ts';
import { Icon, type IconName } from '../../parts/icon.tsx';
import { useNow } from '../../parts/now.ts';
import { Section } from '../../parts/section.tsx';
import { ticks } from '../../parts/ticks.ts';
import classes from './upcoming.module.css';

type Run = Overview['upcoming'][number];

const KINDS: readonly { readonly what: Run['what']; readonly label: string; readonly icon: IconName }[] = [
  { what: 'backup', label: 'Backup', icon: 'backup' },
  { what: 'copy', label: 'Copy', icon: 'copies' },
  { what: 'verify', label: 'Verify', icon: 'verify' },
  { what: 'prune', label: 'Prune', icon: 'broom' },
  { what: 'gc', label: 'Collect', icon: 'disk' },
];

/** What runs next, on a time line in the zone of its site; on a phone, and for a screen reader, as a list. */
export function Upcoming({ overview }: { readonly overview: Overview }) {
  const sites = Map.groupBy(overview.upcoming, ({ site }) => site);
  return (
    <Section title="What runs next">
      {sites.size === 0 ? <div className={classes.box}>No job has a next run that is known.</div> : null}
      {[...sites].map(([site, runs]) => (
        <div className={classes.box} key={site}>
          <p className={classes.zone}>
            {sites.size > 1 ? <strong>{site} </strong> : null}
            Times in {runs[0]?.timeZone}
          </p>
          <TimeLine runs={runs} />
        </div>
      ))}
    </Section>
  );
}

function TimeLine({ runs }: { readonly runs: readonly Run[] }) {
  const from = useNow(600);
  const zone = runs[0]?.timeZone ?? 'UTC';
  const last = Math.max(...runs.map(({ at }) => at));
  const to = from + (last - from > 24 * 3600 ? 48 : 24) * 3600;
  const marks = ticks(from, to, zone, to - from > 24 * 3600 ? 6 : 3);
  const left = (at: number) => `${(100 * (at - from)) / (to - from)}%`;
  const shown = runs.filter(({ at }) => at >= from && at < to);
  return (
    <>
      <div className={classes.chart} aria-hidden="true">
        <div className={classes.axis}>
          <span />
          <div className={classes.ticks}>
            {marks.map(({ at, label, isDay }) => (
              <span key={at} data-day={isDay} style={{ left: left(at) }}>
                {label}
              </span>
            ))}
          </div>
        </div>
        {KINDS.filter(({ what }) => shown.some((run) => run.what === what)).map(({ what, label, icon }) => (
          <div className={classes.lane} key={what}>
            <span>
              <Icon name={icon} size={16} />
              {label}
            </span>
            <div className={classes.track}>
              {marks.map(({ at, isDay }) => (
                <span className={classes.line} key={at} data-day={isDay} style={{ left: left(at) }} />
              ))}
              {labelled(
                shown.filter((run) => run.what === what),
                (to - from) / 25,
              ).map(({ run, label }) => (
                <Tooltip key={`${run.id} ${run.at}`} label={spell(run)} withArrow>
                  <span className={classes.run} style={{ left: left(run.at), width: `${(100 * (run.usualSeconds ?? 0)) / (to - from)}%` }}>
                    <span data-end={run.at > to - (to - from) / 8}>{label}</span>
                  </span>
                </Tooltip>
              ))}
            </div>
          </div>
        ))}
      </div>
      <VisuallyHidden>
        <ul aria-label={`What runs next, times in ${zone}`}>
          {runs.map((run) => (
            <li key={`${run.what} ${run.id} ${run.at}`}>{spell(run)}</li>
          ))}
        </ul>
      </VisuallyHidden>
      <ul className={classes.list} aria-hidden="true">
        {shown.slice(0, 8).map((run) => (
          <li key={`${run.what} ${run.id} ${run.at}`}>
            <span>{minute(run.at, zone)}</span>
            <span>
              {run.what} {run.id}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Runs close to each other share one label, behind the last of them: theirs would cover each other. */
function labelled(runs: readonly Run[], nearSeconds: number): readonly { readonly run: Run; readonly label: string }[] {
  const inOrder = [...runs].sort((a, b) => a.at - b.at);
  let waiting: string[] = [];
  return inOrder.map((run, index) => {
    waiting.push(run.tier === undefined ? run.id : `${run.tier}`);
    const next = inOrder[index + 1];
    if (next !== undefined && next.at - (run.at + (run.usualSeconds ?? 0)) < nearSeconds) return { run, label: '' };
    const label = waiting.join(', ');
    waiting = [];
    return { run, label };
  });
}

function spell({ what, id, at, timeZone, usualSeconds }: Run): string {
  const long = usualSeconds === undefined ? '' : `, usually ${duration(usualSeconds)}`;
  return `${what} ${id}: ${exact(at, timeZone)}${long}`;
}
