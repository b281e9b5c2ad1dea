import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import classes from './door.module.css';

/** What stands before the house: login and first set-up. */
export function Door({ title, text, children }: { readonly title: string; readonly text: string; readonly children?: ReactNode }) {
  useDocumentTitle(`${title} · Holdfast`);
  return (
    <main className={classes.door}>
      <div className={classes.box}>
        <div className={classes.mark}>
          <img src="/favicon.svg" alt="" width={30} height={30} />
          Holdfast
        </div>
        <h1>{title}</h1>
        <p>{text}</p>
        {children}
      </div>
    </main>
  );
}
