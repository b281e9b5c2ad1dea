import { Anchor, Stack } from '@mantine/core';
import { Link } from 'wouter';
import type { AlertsPage as Answer } from '#server/api/schema/watch.ts';
import { usePages } from '../../api/use-pages.ts';
import { Page } from '../../layout/page.tsx';
import { More } from '../../parts/more.tsx';
import { useFilters } from '../../parts/use-filters.ts';
import { Loaded } from '../../states/loaded.tsx';
import { AlertCard } from './alert-card.tsx';
import { AlertFilters, FILTERS } from './alert-filters.tsx';
import { NoAlerts } from './no-alerts.tsx';
import classes from './alerts.module.css';

/** What the watch found and what people said to it: worst first. */
export function AlertsPage() {
  const filters = useFilters(FILTERS);
  const query = usePages<Answer>(['alerts', 'list', filters.values], '/alerts', filters.values);
  return (
    <Page
      title="Alerts"
      acts={
        <Anchor component={Link} href="/alerts/messages">
          Messages sent
        </Anchor>
      }
    >
      <AlertFilters filters={filters} />
      <Loaded query={query} what="the alerts">
        {({ items, total, sources }) => (
          <>
            <p className={classes.count} role="status">
              {total === 1 ? 'One finding' : `${total.toLocaleString('en')} findings`}
              {filters.any ? ' as asked for' : ' not over'}
            </p>
            {total === 0 ? <NoAlerts sources={sources} filtered={filters.any} clear={filters.clear} /> : null}
            <Stack gap="sm">
              {items.map((alert) => (
                <AlertCard alert={alert} key={`${alert.key} ${alert.firstSeenAt}`} />
              ))}
            </Stack>
            <More query={query} label="Show more" />
          </>
        )}
      </Loaded>
    </Page>
  );
}
