import { Anchor, Stack } from '@mantine/core';
import { Link } from 'wouter';
import type { PolicyVersionsPage } from '#server/api/schema/policy.ts';
import { usePages } from '../../api/use-pages.ts';
import { Page } from '../../layout/page.tsx';
import { Card } from '../../parts/card.tsx';
import { More } from '../../parts/more.tsx';
import { When } from '../../parts/when.tsx';
import { Empty } from '../../states/empty.tsx';
import { Loaded } from '../../states/loaded.tsx';
import classes from './policy.module.css';

/** Versions of the policy that the daemon worked by, the newest first. */
export function VersionsPage() {
  const query = usePages<PolicyVersionsPage>(['policy', 'versions'], '/policy/versions', {});
  return (
    <Page
      title="Versions of the policy"
      acts={
        <Anchor component={Link} href="/policy">
          Policy
        </Anchor>
      }
    >
      <Loaded query={query} what="the versions">
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No version is remembered" text="The daemon writes one down each time it begins to work by another text." />
          ) : (
            <>
              <Stack gap="xs">
                {items.map(({ number, at, by, summary }) => (
                  <Card key={number} label={`Version ${number}`}>
                    <Anchor component={Link} href={`/policy/versions/${number}`} fw={600}>
                      {`Version ${number}: ${summary}`}
                    </Anchor>
                    <p className={classes.quiet}>
                      {by === 'outside' ? 'Written outside Holdfast, ' : `By ${by}, `}
                      <When at={at} />
                    </p>
                  </Card>
                ))}
              </Stack>
              <More query={query} label="Older versions" />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}
