import { useQuery } from '@tanstack/react-query';
import type { GuestPage } from '#server/api/schema/guests.ts';
import { get } from './client.ts';
import { keys } from './topics.ts';

/** Everything about one guest. */
export function useGuest(site: string, vmid: number) {
  return useQuery({
    queryKey: keys.guest(site, vmid),
    queryFn: ({ signal }) => get<GuestPage>(`/guests/${encodeURIComponent(site)}/${vmid}`, {}, signal),
  });
}
