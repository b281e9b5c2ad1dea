import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import type { CapacityPage } from '#server/api/schema/watch.ts';
import { Card } from '../../parts/card.tsx';
import { guestPath } from '../../parts/guest-link.tsx';
import { Meter } from '../../parts/meter.tsx';
import { Paged } from '../../parts/paged.tsx';
import { size } from '../../parts/size.ts';
import classes from './capacity.module.css';
import { perDay } from './per-day.ts';

type Props = { readonly site: string; readonly guests: CapacityPage['sites'][number]['guests'] };

/** Who fills the stores, most a day first. */
export function Growers({ site, guests }: Props) {
  const most = Math.max(1, ...guests.map(({ perDayBytes = 0 }) => perDayBytes));
  return (
    <Card label="Guests that add most">
      <h3 className={classes.title}>Guests that add most</h3>
      <p className={classes.quiet}>
        Estimated from the same logs: blocks that two guests share are counted for whoever sent them first, and compression is not seen.
      </p>
      {guests.length === 0 ? <p style={{ margin: 0 }}>No backup with figures in its log is remembered yet.</p> : null}
      <Paged items={guests} what="guests" perPage={10}>
        {(page) => (
          <ol className={classes.list}>
            {page.map(({ vmid, name, tier, perDayBytes, usedBytes }) => (
              <li key={vmid}>
                <div className={classes.row}>
                  <span className={classes.name}>
                    <Anchor component={Link} href={guestPath(site, vmid)} inherit>
                      {name ?? `guest ${vmid}`}
                    </Anchor>{' '}
                    <span className={classes.quiet}>
                      {name === undefined ? '' : `${vmid}, `}
                      {tier === undefined ? 'no tier' : `tier ${tier}`}
                    </span>
                  </span>
                  <span>{perDayBytes === undefined ? 'one run only: not known' : perDay(perDayBytes)}</span>
                </div>
                {perDayBytes === undefined ? null : <Meter part={perDayBytes / most} meaning="exempt" />}
                {usedBytes === undefined ? null : <div className={classes.quiet}>{size(usedBytes)} sent so far</div>}
              </li>
            ))}
          </ol>
        )}
      </Paged>
    </Card>
  );
}
