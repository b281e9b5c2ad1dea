import { useId, type ReactNode } from 'react';
import classes from './section.module.css';

/** A titled part of a page; a region that a screen reader can jump to. `aside` stands beside the title, quiet. */
export function Section({ title, aside, children }: { readonly title: string; readonly aside?: ReactNode; readonly children: ReactNode }) {
  const id = useId();
  return (
    <section className={classes.section} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {aside === undefined ? null : <span className={classes.aside}>{aside}</span>}
      </header>
      {children}
    </section>
  );
}
