import { Tooltip, VisuallyHidden } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { relative } from './duration.ts';
import { exact, HERE } from './exact.ts';
import { useNow } from './now.ts';
import classes from './when.module.css';

type Props = {
  readonly at: number;
  /** The site's zone. */
  readonly zone?: string;
  /** In tables, where a stop of the keyboard at every time would be in the way; the opened row has it. */
  readonly quiet?: boolean;
};

/** A time as a person says it, ticking, with the exact one in the site's zone on hover, on focus, at a tap, and for a screen reader. */
export function When({ at, zone = HERE, quiet = false }: Props) {
  const now = useNow();
  const precise = exact(at, zone);
  const dateTime = new Date(at * 1000).toISOString();
  const text = (
    <>
      {relative(at, now)}
      <VisuallyHidden>, {precise}</VisuallyHidden>
    </>
  );
  if (quiet) {
    return (
      <Quiet dateTime={dateTime} precise={precise}>
        {text}
      </Quiet>
    );
  }
  return (
    <Tooltip label={precise} withArrow events={{ hover: true, focus: true, touch: true }}>
      {/* A stop of the keyboard on purpose: without it the exact time is for the mouse alone. */}
      <time dateTime={dateTime} tabIndex={0}>
        {text}
      </time>
    </Tooltip>
  );
}

type QuietProps = { readonly dateTime: string; readonly precise: string; readonly children: ReactNode };

/** Hundreds of them stand in a table: the browser's own hint costs nothing there. No finger hovers, so a tap shows the exact time in its place. */
function Quiet({ dateTime, precise, children }: QuietProps) {
  const [opened, setOpened] = useState(false);
  return (
    <time
      className={classes.quiet}
      data-opened={opened || undefined}
      dateTime={dateTime}
      title={precise}
      onPointerUp={({ pointerType }) => {
        if (pointerType !== 'mouse') setOpened(!opened);
      }}
    >
      {opened ? precise : children}
    </time>
  );
}
