import { useInfiniteQuery, type InfiniteData, type keepPreviousData } from '@tanstack/react-query';
import { get, type Query } from './client.ts';

type Options = {
  /** 50 where absent. */
  readonly perPage?: number;
  /** Kept at once; those asked for first go first. All where absent. */
  readonly maxPages?: number;
  readonly placeholderData?: typeof keepPreviousData;
};

type Page = { readonly items: readonly unknown[]; readonly next?: string | undefined };

/** A list that the daemon gives a page at a time, as one long page: its items so far, and what the last answer said beside them. */
export function usePages<T extends Page>(
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
    select: asOne<T>,
    maxPages,
    ...(placeholderData && { placeholderData }),
  });
}

function asOne<T extends Page>({ pages }: InfiniteData<T>): T {
  return { ...pages.at(-1)!, items: pages.flatMap(({ items }) => items) };
}
