import { useQuery } from '@tanstack/react-query';
import type { Overview } from '#server/api/schema/overview.ts';
import { get } from '../../api/client.ts';
import { keys } from '../../api/topics.ts';
import { Page } from '../../layout/page.tsx';
import { Loaded } from '../../states/loaded.tsx';

export function OverviewPage() {
  const query = useQuery({ queryKey: keys.overview, queryFn: ({ signal }) => get<Overview>('/overview', {}, signal) });
  return (
    <Page title="Overview">
      <Loaded query={query} what="the overview">
        {(overview) => <p>{overview.headline}</p>}
      </Loaded>
    </Page>
  );
}
