import { useQuery } from '@tanstack/react-query';
import type { Overview } from '#server/api/schema/overview.ts';
import { get } from './client.ts';
import { keys } from './topics.ts';

/** The overview; other pages take the names of sites and tiers from it. */
export function useOverview() {
  return useQuery({ queryKey: keys.overview, queryFn: ({ signal }) => get<Overview>('/overview', {}, signal) });
}
