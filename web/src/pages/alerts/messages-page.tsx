import { Anchor, Button, Stack } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { Message, MessagesPage as Answer } from '#server/api/schema/watch.ts';
import { get } from '../../api/client.ts';
import { Page } from '../../layout/page.tsx';
import { Badge } from '../../parts/badge.tsx';
import { Card } from '../../parts/card.tsx';
import { When } from '../../parts/when.tsx';
import { Empty } from '../../states/empty.tsx';
import { Failed } from '../../states/failed.tsx';
import { Loading } from '../../states/loading.tsx';
import classes from './alerts.module.css';

const PER_PAGE = 50;

/** Every message as it went to people, newest first, and whether it got there. */
export function MessagesPage() {
  const query = useInfiniteQuery({
    queryKey: ['alerts', 'messages'],
    queryFn: ({ pageParam, signal }) => get<Answer>('/messages', { limit: PER_PAGE, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next,
  });
  const messages = query.data?.pages.flatMap(({ items }) => items);
  return (
    <Page
      title="Messages sent"
      acts={
        <Anchor component={Link} href="/alerts">
          Alerts
        </Anchor>
      }
    >
      {messages === undefined ? (
        query.error ? (
          <Failed error={query.error} again={() => void query.refetch()} />
        ) : (
          <Loading what="the messages" />
        )
      ) : messages.length === 0 ? (
        <Empty title="No message was sent" text="Nothing had to be told yet, or the policy names no channel under “alerts”." />
      ) : (
        <Stack gap="sm">
          {messages.map((message) => (
            <MessageCard message={message} key={message.id} />
          ))}
        </Stack>
      )}
      {query.hasNextPage ? (
        <Button variant="default" mt="md" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show more
        </Button>
      ) : null}
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
