import { Anchor, Stack } from '@mantine/core';
import { Link } from 'wouter';
import type { Change, ChangesPage as Answer } from '#server/api/schema/changes.ts';
import { usePages } from '../../api/use-pages.ts';
import { Page } from '../../layout/page.tsx';
import { Badge } from '../../parts/badge.tsx';
import { Card } from '../../parts/card.tsx';
import { More } from '../../parts/more.tsx';
import { When } from '../../parts/when.tsx';
import { Empty } from '../../states/empty.tsx';
import { Loaded } from '../../states/loaded.tsx';
import classes from './changes.module.css';
import { KINDS, lookOfChange } from './look-of-change.ts';

/** Changes that somebody asked for, the newest first. */
export function ChangesPage() {
  const query = usePages<Answer>(['changes', 'list'], '/changes', {});
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
            <>
              <Stack gap="sm">
                {items.map((change) => (
                  <ChangeCard change={change} key={change.id} />
                ))}
              </Stack>
              <More query={query} label="Older changes" />
            </>
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
