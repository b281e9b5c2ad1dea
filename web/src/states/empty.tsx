import type { ReactNode } from 'react';
import { State } from './state.tsx';

/** Nothing is there, and that is no trouble: says why, and what would bring something. */
export function Empty({ title, text, children }: { readonly title: string; readonly text: string; readonly children?: ReactNode }) {
  return (
    <State meaning="exempt" icon="dash" title={title} text={text}>
      {children}
    </State>
  );
}
