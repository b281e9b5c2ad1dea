import { useQuery } from '@tanstack/react-query';
import type { SitesPage as Answer } from '#server/api/schema/watch.ts';
import { get } from '../../api/client.ts';
import { Page } from '../../layout/page.tsx';
import { Paged } from '../../parts/paged.tsx';
import { Empty } from '../../states/empty.tsx';
import { Loaded } from '../../states/loaded.tsx';
import { SiteHealth } from './site-health.tsx';

/** Whether each site is seen, by which servers, and with which logins. */
export function SitesPage() {
  const query = useQuery({ queryKey: ['sites'], queryFn: ({ signal }) => get<Answer>('/sites', {}, signal) });
  return (
    <Page title="Sites">
      <Loaded query={query} what="the sites">
        {({ sites }) =>
          sites.length === 0 ? (
            <Empty title="There is no site" text="Name the servers of one in the policy file, under sites." />
          ) : (
            <Paged items={sites} what="sites" perPage={10}>
              {(page) => page.map((site) => <SiteHealth health={site} key={site.site} />)}
            </Paged>
          )
        }
      </Loaded>
    </Page>
  );
}
