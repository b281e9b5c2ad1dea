import { keepPreviousData } from '@tanstack/react-query';
import type { GuestsPage } from '#server/api/schema/guests.ts';
import { keys } from '../../api/topics.ts';
import type { Query } from '../../api/client.ts';
import { usePages } from '../../api/use-pages.ts';

/** The guests of a filter, 200 at a time; what is shown stays until the next filter's answer is there. */
export function useGuests(filter: Query) {
  return usePages<GuestsPage>(keys.guests(filter), '/guests', { ...filter, strip: 1 }, { perPage: 200, placeholderData: keepPreviousData });
}
