import { Tooltip, VisuallyHidden } from '@mantine/core';
import { exact, HERE } from './exact.ts';
import { useNow } from './now.ts';
import { relative } from './duration.ts';

type Props = {
  readonly at: number;
  /** The site's zone. */
  readonly zone?: string;
  /** In tables, where a stop of the keyboard at every time would be in the way; the opened row has it. */
  readonly quiet?: boolean;
};

/** A time as a person says it, ticking, with the exact one in the site's zone on hover, on focus, and for a screen reader. */
export function When({ at, zone = HERE, quiet = false }: Props) {
  const now = useNow();
  const precise = exact(at, zone);
  const text = (
    <>
      {relative(at, now)}
      <VisuallyHidden>, {precise}</VisuallyHidden>
    </>
  );
  const dateTime = new Date(at * 1000).toISOString();
  // Hundreds of them stand in a table: the browser's own hint costs nothing there.
  if (quiet) {
    return (
      <time dateTime={dateTime} title={precise}>
        {text}
      </time>
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
