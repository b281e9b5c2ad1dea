import { useCallback, useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';

type Filters<K extends string> = {
  readonly values: Readonly<Partial<Record<K, string>>>;
  /** An empty value takes the filter away. */
  readonly set: (name: K, value: string | null | undefined) => void;
  readonly any: boolean;
  readonly clear: () => void;
};

/** Filters of a list live in the address: a link shows the same to somebody else, and "back" takes one off. */
export function useFilters<K extends string>(names: readonly K[]): Filters<K> {
  const [path, navigate] = useLocation();
  const search = useSearch();
  const values = useMemo(() => {
    const query = new URLSearchParams(search);
    return Object.fromEntries(names.flatMap((name) => (query.get(name) ? [[name, query.get(name)]] : []))) as Partial<Record<K, string>>;
  }, [names, search]);
  const set = useCallback(
    (name: K, value: string | null | undefined) => {
      const query = new URLSearchParams(search);
      if (value) query.set(name, value);
      else query.delete(name);
      navigate(query.size === 0 ? path : `${path}?${query}`, { replace: true });
    },
    [navigate, path, search],
  );
  const clear = useCallback(() => navigate(path, { replace: true }), [navigate, path]);
  return { values, set, any: Object.keys(values).length > 0, clear };
}
