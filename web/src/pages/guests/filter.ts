import { useSearchParams } from 'wouter';

/** What the address says is looked for; the names are the API's. */
export type Filter = {
  readonly q?: string;
  readonly site?: string;
  readonly tier?: string;
  readonly posture?: string;
  readonly sort?: string;
};
const NAMES = ['q', 'site', 'tier', 'posture', 'sort'] as const;

/** The filter lives in the address, so that it can be sent to somebody and survives a reload. */
export function useFilter(): readonly [Filter, (change: Filter) => void] {
  const [params, setParams] = useSearchParams();
  const filter: Filter = Object.fromEntries(NAMES.flatMap((name) => (params.get(name) ? [[name, params.get(name)]] : [])));
  const change = (part: Filter): void => {
    const next = Object.entries({ ...filter, ...part }).filter(([, value]) => value !== undefined && value !== '');
    setParams(new URLSearchParams(next), { replace: true });
  };
  return [filter, change];
}

export function isFiltered({ q, site, tier, posture }: Filter): boolean {
  return [q, site, tier, posture].some((value) => value !== undefined);
}
