import type { Live } from '../api/live.ts';
import classes from './live-sign.module.css';

const WORDS: Readonly<Record<Live, string>> = {
  connecting: 'Connecting …',
  live: 'Live',
  lost: 'Connection lost, trying again',
};

/** Whether changes reach this page by themselves. */
export function LiveSign({ live }: { readonly live: Live }) {
  return (
    <div className={classes.sign} data-live={live} role="status">
      <span className={classes.dot} aria-hidden="true" />
      {WORDS[live]}
    </div>
  );
}
