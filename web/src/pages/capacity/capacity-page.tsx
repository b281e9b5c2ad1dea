import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { CapacityPage as Answer } from '#server/api/schema/watch.ts';
import { get } from '../../api/client.ts';
import { Page } from '../../layout/page.tsx';
import { useFilters } from '../../parts/use-filters.ts';
import { Empty } from '../../states/empty.tsx';
import { Loaded } from '../../states/loaded.tsx';
import { SiteCapacity } from './site-capacity.tsx';

const FILTERS = ['site'] as const;
/** More sites than this are shown one at a time: a page stays a page. */
const MOST_TOGETHER = 3;
const ALL = 'all sites';

/** How full each datastore and pool is, when it will be, and who fills it. */
export function CapacityPage() {
  const { values, set } = useFilters(FILTERS);
  const query = useQuery({ queryKey: ['capacity'], queryFn: ({ signal }) => get<Answer>('/capacity', {}, signal) });
  const names = query.data?.sites.map(({ site }) => site) ?? [];
  const together = names.length <= MOST_TOGETHER;
  const wanted = values.site ?? (together ? undefined : names[0]);
  const choice =
    names.length < 2 ? undefined : (
      <Select
        aria-label="Site"
        data={together ? [ALL, ...names] : names}
        value={wanted ?? ALL}
        onChange={(site) => set('site', site === ALL ? undefined : site)}
        allowDeselect={false}
        searchable={!together}
      />
    );
  return (
    <Page title="Capacity" acts={choice}>
      <Loaded query={query} what="the capacity">
        {({ sites, asOf }) =>
          sites.length === 0 ? (
            <Empty title="No site is watched" text="Capacity is told from what the watch remembers: name a site in the policy file." />
          ) : (
            sites
              .filter(({ site }) => wanted === undefined || site === wanted)
              .map((site) => <SiteCapacity capacity={site} asOf={asOf} key={site.site} />)
          )
        }
      </Loaded>
    </Page>
  );
}
