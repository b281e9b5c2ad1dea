import type { Overview } from '#server/api/schema/overview.ts';
import { Icon } from '../../parts/icon.tsx';
import { Meter } from '../../parts/meter.tsx';
import { useNow } from '../../parts/now.ts';
import { Section } from '../../parts/section.tsx';
import { size } from '../../parts/size.ts';
import { urgency } from '../../parts/urgency.ts';
import { When } from '../../parts/when.tsx';
import box from './boxed-list.module.css';
import classes from './stores.module.css';

type Store = Overview['stores'][number];

/** Each datastore and pool, and the day it will be full. */
export function Stores({ stores, sites }: { readonly stores: Overview['stores']; readonly sites: Overview['sites'] }) {
  if (stores.length === 0) return null;
  const zones = new Map(sites.map(({ site, timeZone }) => [site, timeZone]));
  return (
    <Section title="Room for backups">
      <ul className={box.list}>
        {stores.map((store) => (
          <li key={`${store.site} ${store.what}`}>
            <StoreLine store={store} zone={zones.get(store.site)} manySites={sites.length > 1} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function StoreLine({ store, zone, manySites }: { readonly store: Store; readonly zone: string | undefined; readonly manySites: boolean }) {
  const { what, site, usedBytes, totalBytes, because } = store;
  const ends = store.stuckAt ?? store.fullAt;
  const { meaning, icon } = urgency(ends, useNow(600), because);
  return (
    <div data-meaning={meaning}>
      <div className={classes.head}>
        <span className={classes.name}>
          {what.replace(/^[^:]*:/, '')}
          {manySites ? ` (${site})` : null}
        </span>
        <span>
          {size(usedBytes)} of {size(totalBytes)}
        </span>
      </div>
      <Meter part={usedBytes / totalBytes} />
      <div className={classes.text}>
        <Icon name={icon} size={14} />
        <span>
          {ends === undefined ? (
            (because ?? 'Not full within three years at the usual growth')
          ) : (
            <>
              {store.stuckAt === undefined ? 'Full' : 'Too full for garbage collection'} <When at={ends} zone={zone} />
            </>
          )}
        </span>
      </div>
    </div>
  );
}
