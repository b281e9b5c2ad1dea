import { useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';

export type Filters<K extends string> = {
  readonly values: Readonly<Partial<Record<K, string>>>;
  /** An empty value takes the filter away. */
  readonly set: (name: K, value: string | null | undefined) => void;
  readonly any: boolean;
  /** Takes these filters away, and no other. */
  readonly clear: () => void;
};

/** Filters of a list live in the address: a link shows the same to somebody else, and a reload keeps them. */
export function useFilters<K extends string>(names: readonly K[]): Filters<K> {
  const [path, navigate] = useLocation();
  const search = useSearch();
  const values = useMemo(() => {
    const query = new URLSearchParams(search);
    return Object.fromEntries(names.flatMap((name) => (query.get(name) ? [[name, query.get(name)]] : []))) as Partial<Record<K, string>>;
  }, [names, search]);
  function change(wanted: readonly (readonly [K, string | null | undefined])[]): void {
    const query = new URLSearchParams(search);
    for (const [name, value] of wanted) {
      if (value) query.set(name, value);
      else query.delete(name);
    }
    navigate(query.size === 0 ? path : `${path}?${query}`, { replace: true });
  }
  return {
    values,
    set: (name, value) => change([[name, value]]),
    any: Object.keys(values).length > 0,
    clear: () => change(names.map((name) => [name, undefined])),
  };
}
