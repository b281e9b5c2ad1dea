import { Pagination } from '@mantine/core';
import { useState, type ReactNode } from 'react';

type Props<T> = {
  readonly items: readonly T[];
  /** `API tokens`: for a screen reader. */
  readonly what: string;
  readonly perPage: number;
  readonly children: (items: readonly T[]) => ReactNode;
};

/** A list that came whole, shown a page at a time. */
export function Paged<T>({ items, what, perPage, children }: Props<T>) {
  const [wanted, setWanted] = useState(1);
  const pages = Math.max(1, Math.ceil(items.length / perPage));
  const page = Math.min(wanted, pages);
  return (
    <>
      {children(items.slice((page - 1) * perPage, page * perPage))}
      {pages === 1 ? null : (
        <Pagination
          mt="sm"
          size="sm"
          total={pages}
          value={page}
          onChange={setWanted}
          aria-label={`Pages of ${what}`}
          getControlProps={(control) => ({ 'aria-label': control === 'next' ? 'Next page' : 'Page before' })}
          getItemProps={(number) => ({ 'aria-label': `Page ${number}` })}
        />
      )}
    </>
  );
}
