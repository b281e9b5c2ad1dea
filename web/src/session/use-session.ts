import { useQuery } from '@tanstack/react-query';
import type { RoleName, Session } from '#server/api/schema/session.ts';
import { get, rememberCsrf } from '../api/client.ts';
import { keys } from '../api/topics.ts';

/** Who is there; asked first, and again when an answer was 401. */
export function useSession() {
  return useQuery({
    queryKey: keys.session,
    queryFn: async ({ signal }) => {
      const session = await get<Session>('/session', {}, signal);
      rememberCsrf(session.csrf);
      return session;
    },
    staleTime: 60_000,
  });
}

/** Each may what those before it may. */
export const ROLES: readonly RoleName[] = ['viewer', 'operator', 'approver', 'admin'];

/** Whether `own` may what `role` may. */
export function covers(own: RoleName, role: RoleName): boolean {
  return ROLES.indexOf(own) >= ROLES.indexOf(role);
}

/** Whether the person may what `role` may. What they may not is not offered; the daemon refuses it all the same. */
export function useMay(role: RoleName): boolean {
  const own = useSession().data?.user?.role;
  return own !== undefined && covers(own, role);
}
