import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'wouter';
import type { ChangePage as Answer } from '#server/api/schema/changes.ts';
import { get } from '../../api/client.ts';
import { Page } from '../../layout/page.tsx';
import { Badge } from '../../parts/badge.tsx';
import { Card } from '../../parts/card.tsx';
import { Diff } from '../../parts/diff.tsx';
import { Fix } from '../../parts/fix.tsx';
import { Weakens } from '../../parts/weakens.tsx';
import { When } from '../../parts/when.tsx';
import { Loaded } from '../../states/loaded.tsx';
import { StepCards } from '../plan/step-cards.tsx';
import { ChangeActs } from './change-acts.tsx';
import classes from './changes.module.css';
import { KINDS, lookOfChange } from './look-of-change.ts';
import { Progress } from './progress.tsx';

/** One change: what it does, what it weakens, who said what, how far it is. */
export function ChangePage() {
  const { id } = useParams<{ id: string }>();
  const query = useQuery({
    queryKey: ['changes', 'one', id],
    queryFn: ({ signal }) => get<Answer>(`/changes/${encodeURIComponent(id)}`, {}, signal),
  });
  return (
    <Page title={query.data ? `${KINDS[query.data.kind]}: ${query.data.summary || query.data.id}` : 'Change'}>
      <Loaded query={query} what="the change">
        {(change) => (
          <Stack>
            <Card label="How it stands">
              <div className={classes.head}>
                <Badge {...lookOfChange(change.state)} />
              </div>
              {change.because === undefined ? null : <Fix text={change.because} />}
              <Story change={change} />
            </Card>
            <Weakens lines={change.weakens} />
            <ChangeActs change={change} />
            {change.progress.length > 0 ? <Progress steps={change.progress} /> : null}
            {change.policy?.after.map(({ path, text }) => (
              <Diff key={path} path={path} before={change.policy?.before.find((file) => file.path === path)?.text ?? ''} after={text} />
            ))}
            {change.plan ? <StepCards steps={change.plan.steps} /> : null}
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}

function Story({ change: { by, at, approvals, mayAt, endedAt, state } }: { readonly change: Answer }) {
  return (
    <ul className={classes.story}>
      <li>
        {`Asked for by ${by} `}
        <When at={at} />
      </li>
      {approvals.map((approval) => (
        <li key={`${approval.by} ${approval.at}`}>
          {`Approved by ${approval.by}${approval.reason ? `: “${approval.reason}”` : ''} `}
          <When at={approval.at} />
        </li>
      ))}
      {mayAt === undefined || endedAt !== undefined ? null : (
        <li>
          {'Nobody else could approve it: its only person may go on '}
          <When at={mayAt} />
        </li>
      )}
      {endedAt === undefined ? null : (
        <li>
          {`${lookOfChange(state).word} `}
          <When at={endedAt} />
        </li>
      )}
    </ul>
  );
}
