import { Skeleton, VisuallyHidden } from '@mantine/core';
import classes from './state.module.css';

/** The shape of what comes. */
export function Loading({ what }: { readonly what: string }) {
  return (
    <div className={classes.loading} role="status">
      <VisuallyHidden>Loading {what} …</VisuallyHidden>
      <Skeleton height={64} />
      <Skeleton height={160} />
      <Skeleton height={160} width="80%" />
    </div>
  );
}
