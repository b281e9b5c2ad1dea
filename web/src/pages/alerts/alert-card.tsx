import { Anchor, Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Alert } from '#server/api/schema/watch.ts';
import { send } from '../../api/client.ts';
import { useAct } from '../../api/use-act.ts';
import { FindingCard } from '../../parts/finding-card.tsx';
import { guestPath } from '../../parts/guest-link.tsx';
import { When } from '../../parts/when.tsx';
import { useMay } from '../../session/use-session.ts';
import { AnswerForm } from './answer-form.tsx';
import classes from './alerts.module.css';

const TOLD = { acknowledge: 'Acknowledged: it is not repeated any more.', suppress: 'Suppressed until its end.', reopen: 'Open again.' };

/** One finding with its life: since when, what was said to it, and what may be said. */
export function AlertCard({ alert }: { readonly alert: Alert }) {
  const may = useMay('operator');
  const [asking, setAsking] = useState<'acknowledge' | 'suppress'>();
  const answer = useAct({
    call: (body: { readonly act: keyof typeof TOLD; readonly reason?: string; readonly untilAt?: number }) =>
      send<Alert>('POST', '/alerts/answer', { key: alert.key, ...body }).then(() => body.act),
    changes: ['alerts', 'overview', 'guests', 'audit'],
    told: (act) => TOLD[act],
  });
  const { state } = alert;
  return (
    <FindingCard finding={alert.finding} about={<About alert={alert} />}>
      <Word alert={alert} />
      {may && state !== 'resolved' ? (
        <div className={classes.acts}>
          {state === 'acknowledged' || state === 'suppressed' ? (
            <Button size="xs" variant="default" loading={answer.isPending} onClick={() => answer.mutate({ act: 'reopen' })}>
              Open again
            </Button>
          ) : (
            <>
              <Button size="xs" variant="default" onClick={() => setAsking('acknowledge')}>
                Acknowledge …
              </Button>
              <Button size="xs" variant="default" onClick={() => setAsking('suppress')}>
                Suppress …
              </Button>
            </>
          )}
        </div>
      ) : null}
      {asking === undefined ? null : (
        <AnswerForm
          act={asking}
          alert={alert}
          pending={answer.isPending}
          close={() => setAsking(undefined)}
          answer={(body) => answer.mutate(body, { onSuccess: () => setAsking(undefined) })}
        />
      )}
    </FindingCard>
  );
}

function About({ alert }: { readonly alert: Alert }) {
  const { finding, site, timeZone, guestName, firstSeenAt } = alert;
  return (
    <span className={classes.head}>
      {finding.vmid === undefined ? (
        <span>{finding.at}</span>
      ) : (
        <Anchor component={Link} href={guestPath(site, finding.vmid)} inherit>
          {`${site}: ${guestName ?? finding.vmid}`}
        </Anchor>
      )}
      <span>
        first seen <When at={firstSeenAt} zone={timeZone} />
      </span>
    </span>
  );
}

/** What a person said, or that it is over. */
function Word({ alert }: { readonly alert: Alert }) {
  const { state, by, reason, untilAt, resolvedAt, timeZone } = alert;
  const why = reason ? `: “${reason}”` : '';
  if (state === 'resolved' && resolvedAt !== undefined)
    return (
      <p className={classes.word}>
        It ended <When at={resolvedAt} zone={timeZone} />.
      </p>
    );
  if (state === 'acknowledged') return <p className={classes.word}>{`Acknowledged by ${by ?? 'somebody'}${why}`}</p>;
  if (state === 'suppressed')
    return (
      <p className={classes.word}>
        {`Suppressed by ${by ?? 'somebody'}${why}, ends `}
        {untilAt === undefined ? 'at no date that is known' : <When at={untilAt} zone={timeZone} />}
      </p>
    );
  if (state === 'seen') return <p className={classes.word}>Seen once: it is told when the next look finds it again.</p>;
  return null;
}
