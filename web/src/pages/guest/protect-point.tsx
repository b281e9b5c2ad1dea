import { Textarea } from '@mantine/core';
import { useState } from 'react';
import type { GuestRow, RecoveryPoint } from '#server/api/schema/guests.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { date, exact } from '../../parts/exact.ts';
import { useGuestAct } from './use-guest-act.ts';

type Props = { readonly guest: GuestRow; readonly zone: string; readonly point: RecoveryPoint; readonly close: () => void };

export function ProtectPoint({ guest, zone, point, close }: Props) {
  const act = useGuestAct(guest, 'protect', close);
  const [reason, setReason] = useState('');
  const { server, datastore, namespace, at } = point;
  return (
    <Confirm
      title={`Protect a recovery point of ${guest.name}?`}
      label="Protect"
      pending={act.isPending}
      incomplete={reason.trim().length < 3}
      confirm={() => act.mutate({ server, datastore, namespace, at, protect: true, reason: reason.trim() })}
      cancel={close}
    >
      <p>
        {point.lockedAt === undefined || point.notBeforeAt === undefined
          ? `Prune leaves the point of ${exact(at, zone)} alone from then on, until somebody lifts the protection on ${server}.`
          : `Holdfast locks the point of ${exact(at, zone)} until ${date(point.notBeforeAt, zone)} and lifts that then. Protected by you it stays, until somebody lifts the protection on ${server}.`}{' '}
        Its space is not freed meanwhile.
      </p>
      <Textarea
        label="Why"
        description="Stands in the audit log"
        required
        withAsterisk={false}
        minLength={3}
        maxLength={500}
        data-autofocus
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Confirm>
  );
}
