import { useInfiniteQuery } from '@tanstack/react-query';
import { Anchor, Button, Stack } from '@mantine/core';
import { Link } from 'wouter';
import type { AlertsPage as Answer } from '#server/api/schema/watch.ts';
import { get } from '../../api/client.ts';
import { Page } from '../../layout/page.tsx';
import { useFilters } from '../../parts/use-filters.ts';
import { Failed } from '../../states/failed.tsx';
import { Loading } from '../../states/loading.tsx';
import { AlertCard } from './alert-card.tsx';
import { AlertFilters, FILTERS } from './alert-filters.tsx';
import { NoAlerts } from './no-alerts.tsx';
import classes from './alerts.module.css';

const PER_PAGE = 50;

/** What the watch found and what people said to it: worst first. */
export function AlertsPage() {
  const filters = useFilters(FILTERS);
  const query = useInfiniteQuery({
    queryKey: ['alerts', 'list', filters.values],
    queryFn: ({ pageParam, signal }) => get<Answer>('/alerts', { ...filters.values, limit: PER_PAGE, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next,
  });
  const messages = (
    <Anchor component={Link} href="/alerts/messages">
      Messages sent
    </Anchor>
  );
  if (!query.data)
    return (
      <Page title="Alerts" acts={messages}>
        <AlertFilters filters={filters} />
        {query.error ? <Failed error={query.error} again={() => void query.refetch()} /> : <Loading what="the alerts" />}
      </Page>
    );
  const [first] = query.data.pages;
  const alerts = query.data.pages.flatMap(({ items }) => items);
  return (
    <Page title="Alerts" acts={messages}>
      <AlertFilters filters={filters} />
      <p className={classes.count} role="status">
        {first!.total === 1 ? 'One finding' : `${first!.total} findings`}
        {filters.any ? ' fit what is asked for' : ' not over'}
      </p>
      {alerts.length === 0 ? <NoAlerts sources={first!.sources} filtered={filters.any} clear={filters.clear} /> : null}
      <Stack gap="sm">
        {alerts.map((alert) => (
          <AlertCard alert={alert} key={`${alert.key} ${alert.firstSeenAt}`} />
        ))}
      </Stack>
      {query.hasNextPage ? (
        <Button variant="default" mt="md" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show more
        </Button>
      ) : null}
    </Page>
  );
}
