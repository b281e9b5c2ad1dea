import { QueryCache, QueryClient } from '@tanstack/react-query';
import { asRefused } from './problem.ts';
import { keys } from './topics.ts';

/** Asks again when the daemon says that something changed, when the tab comes back, and every minute in case no event comes through a proxy. */
export function makeQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        // The session is over: ask who is there, and the page turns into the login by itself.
        if (asRefused(error).status === 401 && query.queryKey[0] !== 'session') void client.invalidateQueries({ queryKey: keys.session });
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        refetchInterval: 60_000,
        retry: (count, error) => asRefused(error).status === 0 && count < 2,
        retryDelay: 1_000,
      },
    },
  });
  return client;
}
