import { asRefused } from '../api/problem.ts';
import { Icon } from '../parts/icon.tsx';
import { When } from '../parts/when.tsx';
import classes from './state.module.css';

/** Above data that could not be brought up to date: it is shown, and it is said how old it is. */
export function Stale({ error, readAt }: { readonly error: unknown; readonly readAt: number }) {
  return (
    <div className={classes.banner} data-meaning="unknown" role="status">
      <Icon name="question" />
      <span>
        <strong>{asRefused(error).title}.</strong> What you see was read <When at={readAt} /> and may no longer be true.
      </span>
    </div>
  );
}
