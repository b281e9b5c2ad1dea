import { useState } from 'react';
import type { GuestRow } from '#server/api/schema/guests.ts';
import { useOverview } from '../../api/use-overview.ts';
import { Page } from '../../layout/page.tsx';
import { SourceLine } from '../../parts/source-line.tsx';
import { useFilters } from '../../parts/use-filters.ts';
import { useMay } from '../../session/use-session.ts';
import { Empty } from '../../states/empty.tsx';
import { Loaded } from '../../states/loaded.tsx';
import { BulkBar } from './bulk-bar.tsx';
import { FILTERS, FilterBar, ORDER } from './filter-bar.tsx';
import classes from './guests-page.module.css';
import { GuestsTable } from './guests-table.tsx';
import { useGuests } from './use-guests.ts';

/** All guests, worst first: found, compared, opened, and several acted on at once. */
export function GuestsPage() {
  const filters = useFilters(FILTERS);
  const order = useFilters(ORDER);
  const overview = useOverview().data;
  const query = useGuests({ ...filters.values, ...order.values });
  const mayAct = useMay('operator');
  const [chosen, setChosen] = useState<ReadonlyMap<string, GuestRow>>(new Map());
  return (
    <Page title="Guests">
      <FilterBar filters={filters} order={order} overview={overview} />
      <Loaded query={query} what="the guests">
        {({ items, sources, total }) => {
          if (total === 0) return <NoGuests filtered={filters.any} />;
          return (
            <>
              <div className={classes.about}>
                <span aria-live="polite">
                  <strong>{total.toLocaleString('en')}</strong> {total === 1 ? 'guest' : 'guests'}
                </span>
                {sources.map((source) => (
                  <span key={source.site}>
                    {sources.length > 1 ? `${source.site}: ` : null}
                    <SourceLine source={source} zone={source.timeZone} />
                  </span>
                ))}
              </div>
              <GuestsTable
                guests={items}
                total={total}
                zones={new Map(sources.map(({ site, timeZone }) => [site, timeZone]))}
                manySites={sources.length > 1}
                more={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined}
                choosing={mayAct ? { chosen, choose: setChosen } : undefined}
              />
              {mayAct ? <BulkBar chosen={chosen} clear={() => setChosen(new Map())} /> : null}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

function NoGuests({ filtered }: { readonly filtered: boolean }) {
  return filtered ? (
    <Empty title="No guest is like that" text="Take back one of the choices above, or search for a part of the name only." />
  ) : (
    <Empty
      title="No guest has been seen yet"
      text="The first look at a site is under way, or its token may see no guest. The page Overview says which."
    />
  );
}
