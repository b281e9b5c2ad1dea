import type { ReactNode } from 'react';
import classes from './card.module.css';

/** A part of a page with its own edge. With a title it is a region that a screen reader can jump to. */
export function Card({ label, children }: { readonly label?: string; readonly children: ReactNode }) {
  return label === undefined ? (
    <div className={classes.card}>{children}</div>
  ) : (
    <section className={classes.card} aria-label={label}>
      {children}
    </section>
  );
}
