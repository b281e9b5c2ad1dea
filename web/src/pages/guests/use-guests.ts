import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import type { GuestsPage } from '#server/api/schema/guests.ts';
import { get } from '../../api/client.ts';
import { keys } from '../../api/topics.ts';
import type { Filter } from './filter.ts';

/** The guests of a filter, 200 at a time; what is shown stays until the next filter's answer is there. */
export function useGuests(filter: Filter) {
  return useInfiniteQuery({
    queryKey: keys.guests(filter),
    queryFn: ({ pageParam, signal }) => get<GuestsPage>('/guests', { ...filter, strip: 1, limit: 200, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
}
