import { Anchor, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { Change, ChangesPage as Answer } from '#server/api/schema/changes.ts';
import { get } from '../../api/client.ts';
import { Page } from '../../layout/page.tsx';
import { Badge } from '../../parts/badge.tsx';
import { Card } from '../../parts/card.tsx';
import { When } from '../../parts/when.tsx';
import { Empty } from '../../states/empty.tsx';
import { Loaded } from '../../states/loaded.tsx';
import classes from './changes.module.css';
import { KINDS, lookOfChange } from './look-of-change.ts';

/** Changes that somebody asked for, the newest first. */
export function ChangesPage() {
  const query = useQuery({ queryKey: ['changes', 'list'], queryFn: ({ signal }) => get<Answer>('/changes', {}, signal) });
  return (
    <Page title="Changes">
      <Loaded query={query} what="the changes">
        {({ items }) =>
          items.length === 0 ? (
            <Empty
              title="Nobody asked for a change"
              text="A new policy, or the plan carried out, is asked for by one person and approved by another where it weakens something. Both stand here."
            >
              <Anchor component={Link} href="/policy">
                To the policy
              </Anchor>
            </Empty>
          ) : (
            <Stack gap="sm">
              {items.map((change) => (
                <ChangeCard change={change} key={change.id} />
              ))}
            </Stack>
          )
        }
      </Loaded>
    </Page>
  );
}

function ChangeCard({ change: { id, kind, summary, by, at, state, weakens } }: { readonly change: Change }) {
  return (
    <Card label={`${KINDS[kind]}: ${summary}`}>
      <div className={classes.head}>
        <Badge {...lookOfChange(state)} />
        <span>
          {`${KINDS[kind]}, asked for by ${by} `}
          <When at={at} />
        </span>
        {weakens.length > 0 ? <Badge meaning="at-risk" icon="triangle" word="weakens" /> : null}
      </div>
      <Anchor component={Link} href={`/changes/${encodeURIComponent(id)}`} fw={600}>
        {summary || KINDS[kind]}
      </Anchor>
    </Card>
  );
}
