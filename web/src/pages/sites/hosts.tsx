import type { SiteHealth } from '#server/api/schema/watch.ts';
import { Badge } from '../../parts/badge.tsx';
import { duration } from '../../parts/duration.ts';
import classes from './sites.module.css';

type Host = NonNullable<SiteHealth['servers'][number]['hosts']>[number];

/** The answer itself takes about so long: less is no wrong clock. */
const SAME_SECONDS = 3;

/** Schedules and prune go by the clock and the zone of the machine that does them. */
export function Hosts({ hosts, zone }: { readonly hosts: readonly Host[]; readonly zone: string }) {
  return (
    <ul className={classes.lines}>
      {hosts.map(({ name, timeZone, clockAheadSeconds }) => (
        <li key={name}>
          {name}: {timeZone}, {clock(clockAheadSeconds)}
          {timeZone === zone ? null : (
            <>
              {' '}
              <Badge meaning="attention" icon="triangle" word={`the site says ${zone}`} />
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

function clock(aheadSeconds: number): string {
  if (Math.abs(aheadSeconds) < SAME_SECONDS) return 'its clock goes like ours';
  return `its clock is ${duration(aheadSeconds)} ${aheadSeconds > 0 ? 'ahead of' : 'behind'} ours`;
}
