import type { Meaning } from '../theme/meaning.ts';
import classes from './meter.module.css';

/** How much of a whole is used, as a bar: 0 is nothing, 1 and more is all. The number stands beside it in words, so that no screen reader needs it. */
export function Meter({ part, meaning }: { readonly part: number; readonly meaning?: Meaning }) {
  return (
    <span className={classes.track} aria-hidden="true" data-meaning={meaning}>
      <span className={classes.fill} style={{ width: `${Math.min(100, 100 * part)}%` }} />
    </span>
  );
}
