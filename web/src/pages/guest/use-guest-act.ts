import type { ActDone, GuestRow } from '#server/api/schema/guests.ts';
import { send } from '../../api/client.ts';
import { useAct } from '../../api/use-act.ts';

/** POST below the guest; what came of it is told, and `close` called where it was not refused. */
export function useGuestAct(guest: GuestRow, act: 'backup' | 'verify' | 'protect', close: () => void) {
  return useAct({
    call: async (body: object | undefined) => {
      const done = await send<ActDone>('POST', `/guests/${encodeURIComponent(guest.site)}/${guest.vmid}/${act}`, body);
      close();
      return done;
    },
    told: ({ text }) => text,
    changes: ['guests', 'overview'],
  });
}
