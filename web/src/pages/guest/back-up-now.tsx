import type { GuestRow } from '#server/api/schema/guests.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { useGuestAct } from './use-guest-act.ts';

export function BackUpNow({ guest, close }: { readonly guest: GuestRow; readonly close: () => void }) {
  const act = useGuestAct(guest, 'backup', close);
  return (
    <Confirm
      title={`Back up ${guest.name} now?`}
      label="Back up now"
      pending={act.isPending}
      confirm={() => act.mutate(undefined)}
      cancel={close}
    >
      <p>
        A backup of {guest.vmid} ({guest.name}) starts outside its schedule, to the storage of its tier. It loads the node and the network
        like the nightly one. The new recovery point is judged at the next look after it has finished.
      </p>
    </Confirm>
  );
}
