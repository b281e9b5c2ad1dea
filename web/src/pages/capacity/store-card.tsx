import { Skeleton } from '@mantine/core';
import { lazy, Suspense } from 'react';
import type { CapacityPage } from '#server/api/schema/watch.ts';
import { Card } from '../../parts/card.tsx';
import { date } from '../../parts/exact.ts';
import { Facts } from '../../parts/facts.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Meter } from '../../parts/meter.tsx';
import { size } from '../../parts/size.ts';
import { urgency } from '../../parts/urgency.ts';
import { When } from '../../parts/when.tsx';
import classes from './capacity.module.css';
import { outlook } from './outlook.ts';
import { perDay } from './per-day.ts';

const Chart = lazy(async () => ({ default: (await import('../../parts/chart.tsx')).Chart }));

type Store = CapacityPage['sites'][number]['stores'][number];
type Props = { readonly store: Store; readonly zone: string; readonly asOf: number };

/** One datastore or pool: how full, by when, and the way there. */
export function StoreCard({ store, zone, asOf }: Props) {
  const { what, kind, usedBytes, totalBytes, availableBytes, samples, because, fullAt, stuckAt } = store;
  const name = what.replace(/^[^:]*:/, '');
  const { meaning, icon } = urgency(stuckAt ?? fullAt, asOf, because);
  const newest = samples.at(-1);
  const verdict = sentence(store, zone);
  const foretold = because === undefined ? true : undefined;
  return (
    <Card label={`${KINDS[kind]} ${name}`}>
      <div data-meaning={meaning}>
        <div className={classes.head}>
          <h3>{name}</h3>
          <span className={classes.quiet}>{KINDS[kind]}</span>
          <span className={classes.used}>
            {size(usedBytes)} of {size(totalBytes)} ({Math.floor((100 * usedBytes) / totalBytes)} %), {size(availableBytes)} free
          </span>
        </div>
        <Meter part={usedBytes / totalBytes} />
        <p className={classes.verdict}>
          <Icon name={icon} size={16} /> <span>{verdict}</span>
        </p>
      </div>
      {samples.length < 2 ? null : (
        <div className={classes.chart}>
          <Suspense fallback={<Skeleton height={CHART_HEIGHT} />}>
            <Chart height={CHART_HEIGHT} label={`${name}: ${verdict}`} zone={zone} {...outlook(store)} />
          </Suspense>
        </div>
      )}
      <Facts
        facts={[
          { name: 'Growth', value: store.perDayBytes === undefined ? undefined : growth(store.perDayBytes) },
          ...(kind === 'datastore' ? [{ name: 'Collection stops', value: foretold && <End at={stuckAt} zone={zone} /> }] : []),
          { name: 'Full', value: foretold && <End at={fullAt} zone={zone} band={between(store, zone)} /> },
          { name: 'Measured', value: newest === undefined ? undefined : <When at={newest.at} zone={zone} /> },
        ]}
      />
    </Card>
  );
}

const CHART_HEIGHT = 210;
const KINDS = { datastore: 'datastore', zfs: 'ZFS pool' };

/** What comes, in one sentence. */
function sentence({ because, fullAt, stuckAt, kind }: Store, zone: string): string {
  if (because !== undefined) return `No day is foretold: ${because}.`;
  if (stuckAt !== undefined && kind === 'datastore')
    return `From ${date(stuckAt, zone)} on garbage collection has no room to run, and nothing can be freed in the ordinary way.`;
  if (fullAt !== undefined) return `Full on ${date(fullAt, zone)} at the usual growth.`;
  return 'Not full within three years at the usual growth.';
}

function growth({ low, usual, high }: NonNullable<Store['perDayBytes']>): string {
  return low === high ? perDay(usual) : `${perDay(usual)}, nine of ten times between ${perDay(low)} and ${perDay(high)}`;
}

function between({ fullAt, fullEarliestAt, fullLatestAt }: Store, zone: string): string | undefined {
  if (fullEarliestAt === undefined || (fullEarliestAt === fullAt && fullLatestAt === fullAt)) return undefined;
  const earliest = date(fullEarliestAt, zone);
  return fullLatestAt === undefined ? `${earliest} at the earliest` : `between ${earliest} and ${date(fullLatestAt, zone)}`;
}

function End({ at, zone, band }: { readonly at: number | undefined; readonly zone: string; readonly band?: string | undefined }) {
  return (
    <>
      {at === undefined ? (
        'not within three years'
      ) : (
        <>
          {date(at, zone)}, <When at={at} zone={zone} />
        </>
      )}
      {band === undefined ? null : <div className={classes.quiet}>{band}</div>}
    </>
  );
}
