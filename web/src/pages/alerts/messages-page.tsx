import { Anchor, Stack } from '@mantine/core';
import { Link } from 'wouter';
import type { Message, MessagesPage as Answer } from '#server/api/schema/watch.ts';
import { usePages } from '../../api/use-pages.ts';
import { Page } from '../../layout/page.tsx';
import { Badge } from '../../parts/badge.tsx';
import { Card } from '../../parts/card.tsx';
import { More } from '../../parts/more.tsx';
import { When } from '../../parts/when.tsx';
import { Empty } from '../../states/empty.tsx';
import { Loaded } from '../../states/loaded.tsx';
import classes from './alerts.module.css';

/** Every message as it went to people, newest first, and whether it got there. */
export function MessagesPage() {
  const query = usePages<Answer>(['alerts', 'messages'], '/messages', {});
  return (
    <Page
      title="Messages sent"
      acts={
        <Anchor component={Link} href="/alerts">
          Alerts
        </Anchor>
      }
    >
      <Loaded query={query} what="the messages">
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No message was sent" text="Nothing had to be told yet, or the policy names no channel under “alerts”." />
          ) : (
            <>
              <Stack gap="sm">
                {items.map((message) => (
                  <MessageCard message={message} key={message.id} />
                ))}
              </Stack>
              <More query={query} label="Show more" />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

function MessageCard({ message }: { readonly message: Message }) {
  const { subject, text, at, channel, tries, deliveredAt, error } = message;
  return (
    <Card label={subject}>
      <div className={classes.head}>
        <Arrival message={message} />
        <span>
          to {channel}, <When at={at} />
        </span>
      </div>
      <strong>{subject}</strong>
      <p className={classes.text}>{text}</p>
      {deliveredAt === undefined && error !== undefined ? (
        <p className={classes.word}>{`Tried ${tries === 1 ? 'once' : `${tries} times`}. The receiver said: ${error}`}</p>
      ) : null}
    </Card>
  );
}

function Arrival({ message: { deliveredAt, error } }: { readonly message: Message }) {
  if (deliveredAt !== undefined) return <Badge meaning="protected" icon="check" word="taken by its receiver" />;
  if (error !== undefined) return <Badge meaning="broken" icon="cross-octagon" word="not taken" />;
  return <Badge meaning="exempt" icon="clock" word="waiting" />;
}
