import { VisuallyHidden } from '@mantine/core';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { GuestRow } from '#server/api/schema/guests.ts';
import { keyOf, type Choosing } from './choosing.ts';
import { GuestLine } from './guest-line.tsx';
import classes from './guests-table.module.css';

type Props = {
  readonly guests: readonly GuestRow[];
  readonly total: number;
  readonly zones: ReadonlyMap<string, string>;
  readonly manySites: boolean;
  /** Asks for the next guests; absent where there are none, or while they come. */
  readonly more: (() => void) | undefined;
  /** Absent where the person may not act. */
  readonly choosing: Choosing | undefined;
};

/** Only the rows in sight stand in the document, however many there are. The page itself scrolls. */
export function GuestsTable({ guests, total, zones, manySites, more, choosing }: Props) {
  const body = useRef<HTMLDivElement>(null);
  const [opened, setOpened] = useState<string>();
  const [top, setTop] = useState(0);
  useLayoutEffect(() => setTop(body.current?.offsetTop ?? 0), []);
  const rows = useWindowVirtualizer({
    count: guests.length,
    estimateSize: () => (window.innerWidth < 640 ? 150 : 57),
    overscan: 8,
    scrollMargin: top,
    getItemKey: (index) => keyOf(guests[index] ?? { site: '', vmid: index }),
  });
  const shown = rows.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last > guests.length - 60) more?.();
  }, [last, guests.length, more]);
  const columns = choosing === undefined ? undefined : 'true';
  return (
    <div className={classes.table} role="table" aria-label="Guests" aria-rowcount={total + 1} data-choosing={columns}>
      <div role="rowgroup">
        <div className={classes.head} role="row" aria-rowindex={1}>
          {choosing === undefined ? null : <Hidden>Chosen</Hidden>}
          <span role="columnheader">Posture</span>
          <span role="columnheader">Guest</span>
          <span role="columnheader">Tier</span>
          <span role="columnheader">Newest point</span>
          <span role="columnheader">Backed up → verified → off-site → restored</span>
          <span role="columnheader">Last 60 days</span>
          <Hidden>Details</Hidden>
        </div>
      </div>
      <div ref={body} role="rowgroup" className={classes.body} style={{ height: rows.getTotalSize() }}>
        {shown.map(({ index, key, start }) => {
          const guest = guests[index];
          if (guest === undefined) return null;
          return (
            <div
              key={key}
              ref={rows.measureElement}
              data-index={index}
              role="presentation"
              className={classes.place}
              style={{ transform: `translateY(${start - rows.options.scrollMargin}px)` }}
            >
              <GuestLine
                guest={guest}
                zone={zones.get(guest.site) ?? 'UTC'}
                rowIndex={index + 2}
                manySites={manySites}
                opened={opened === keyOf(guest)}
                open={() => setOpened(opened === keyOf(guest) ? undefined : keyOf(guest))}
                choosing={choosing}
              />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Hidden({ children }: { readonly children: string }) {
  return (
    <span role="columnheader">
      <VisuallyHidden>{children}</VisuallyHidden>
    </span>
  );
}
