import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { now } from '../parts/now.ts';
import { Failed } from './failed.tsx';
import { Loading } from './loading.tsx';
import { Stale } from './stale.tsx';

type Props<T> = {
  readonly query: UseQueryResult<T>;
  /** `the guests`: for a screen reader while it loads. */
  readonly what: string;
  readonly children: (data: T) => ReactNode;
};

/** Data, or why there is none: loading, failed, and stale where an older answer is all there is. */
export function Loaded<T>({ query, what, children }: Props<T>) {
  const { data, error, dataUpdatedAt } = query;
  if (data === undefined) return error === null ? <Loading what={what} /> : <Failed error={error} again={() => void query.refetch()} />;
  const readAt = now() - Math.round((Date.now() - dataUpdatedAt) / 1000);
  return (
    <>
      {error === null ? null : <Stale error={error} readAt={readAt} />}
      {children(data)}
    </>
  );
}
