import { useInfiniteQuery, type keepPreviousData } from '@tanstack/react-query';
import { get, type Query } from './client.ts';

type Options = {
  /** 50 where absent. */
  readonly perPage?: number;
  /** Kept at once; those asked for first go first. All where absent. */
  readonly maxPages?: number;
  readonly placeholderData?: typeof keepPreviousData;
};

/** A list that the daemon gives a page at a time; each page names where the next begins. */
export function usePages<T extends { readonly next?: string | undefined }>(
  queryKey: readonly unknown[],
  path: string,
  query: Query,
  { perPage = 50, maxPages = 0, placeholderData }: Options = {},
) {
  return useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => get<T>(path, { ...query, limit: perPage, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    maxPages,
    ...(placeholderData && { placeholderData }),
  });
}
