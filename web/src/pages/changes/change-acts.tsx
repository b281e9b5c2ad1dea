import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ChangePage } from '#server/api/schema/changes.ts';
import { send } from '../../api/client.ts';
import { useAct } from '../../api/use-act.ts';
import { Card } from '../../parts/card.tsx';
import classes from './changes.module.css';

const TOLD = { approve: 'Approved.', reject: 'Rejected.', apply: 'It is being applied.' } as const;

/** What the person may do with the change now, and why not what they may not. */
export function ChangeActs({ change }: { readonly change: ChangePage }) {
  const { id, mayApprove, mayApply, mayReject } = change;
  const [reason, setReason] = useState('');
  const act = useAct({
    call: (what: keyof typeof TOLD) =>
      send(
        'POST',
        `/changes/${encodeURIComponent(id)}/${what}`,
        what === 'apply' || reason.trim() === '' ? {} : { reason: reason.trim() },
      ).then(() => what),
    changes: ['changes', 'policy', 'audit', 'overview'],
    told: (what) => TOLD[what],
  });
  const ended = ['applied', 'failed', 'rejected', 'stale', 'applying'].includes(change.state);
  const why = mayApply.possible ? undefined : mayApprove.possible ? undefined : (mayApprove.because ?? mayApply.because);
  if (ended) return null;
  return (
    <Card label="What may be done">
      <div className={classes.acts}>
        {mayApprove.possible || mayReject.possible ? (
          <TextInput
            aria-label="Reason (may be left out)"
            placeholder="Reason (may be left out)"
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            maxLength={500}
          />
        ) : null}
        {mayApprove.possible ? (
          <Button loading={act.isPending} onClick={() => act.mutate('approve')}>
            Approve
          </Button>
        ) : null}
        {mayApply.possible ? (
          <Button loading={act.isPending} onClick={() => act.mutate('apply')}>
            Apply
          </Button>
        ) : null}
        {mayReject.possible ? (
          <Button variant="default" loading={act.isPending} onClick={() => act.mutate('reject')}>
            Reject
          </Button>
        ) : null}
        {why === undefined ? null : <span className={classes.why}>{why}</span>}
        {!mayApply.possible && mayApprove.possible && mayApply.because ? <span className={classes.why}>{mayApply.because}</span> : null}
      </div>
    </Card>
  );
}
