import type { GuestRow, RecoveryPoint } from '#server/api/schema/guests.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { exact } from '../../parts/exact.ts';
import { useGuestAct } from './use-guest-act.ts';

type Props = { readonly guest: GuestRow; readonly zone: string; readonly point: RecoveryPoint; readonly close: () => void };

export function VerifyPoint({ guest, zone, point, close }: Props) {
  const act = useGuestAct(guest, 'verify', close);
  const { server, datastore, namespace, at } = point;
  return (
    <Confirm
      title={`Verify a recovery point of ${guest.name}?`}
      label="Verify"
      pending={act.isPending}
      confirm={() => act.mutate({ point: { server, datastore, namespace, at } })}
      cancel={close}
    >
      <p>
        {server} reads the point of {exact(at, zone)} back from its disks and compares every block with its checksum. That takes time and
        I/O there; backups go on meanwhile.
      </p>
    </Confirm>
  );
}
