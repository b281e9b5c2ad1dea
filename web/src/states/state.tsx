import type { ReactNode } from 'react';
import { Icon, type IconName } from '../parts/icon.tsx';
import type { Meaning } from '../theme/meaning.ts';
import classes from './state.module.css';

type Props = {
  readonly meaning: Meaning;
  readonly icon: IconName;
  readonly title: string;
  readonly text: string;
  readonly children?: ReactNode;
};

/** What stands where data would: one sign, one title, one sentence, and what can be done. */
export function State({ meaning, icon, title, text, children }: Props) {
  return (
    <div className={classes.state} data-meaning={meaning}>
      <span className={classes.mark}>
        <Icon name={icon} size={24} />
      </span>
      <h2>{title}</h2>
      <p>{text}</p>
      {children === undefined ? null : <div className={classes.body}>{children}</div>}
    </div>
  );
}
