import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import classes from './page.module.css';

type Props = {
  readonly title: string;
  /** At the right of the title: what is done to the whole page. */
  readonly acts?: ReactNode;
  readonly children: ReactNode;
};

/** One page: its title in the tab and as the one h1, then its content. */
export function Page({ title, acts, children }: Props) {
  useDocumentTitle(`${title} · Holdfast`);
  return (
    <>
      <div className={classes.head}>
        <h1>{title}</h1>
        {acts}
      </div>
      {children}
    </>
  );
}
