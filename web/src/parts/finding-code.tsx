import { Anchor, Popover } from '@mantine/core';
import { lazy, Suspense } from 'react';

// The text of all codes is fetched when the first one is asked for.
const Explained = lazy(async () => ({ default: (await import('./finding-explained.tsx')).FindingExplained }));

/** A code, and on a press what it means in general. */
export function FindingCode({ code }: { readonly code: string }) {
  return (
    <Popover width={420} withArrow shadow="md" position="bottom-end">
      <Popover.Target>
        <Anchor component="button" type="button" ff="monospace" fz="xs" aria-label={`What ${code} means`}>
          {code}
        </Anchor>
      </Popover.Target>
      <Popover.Dropdown maw="calc(100vw - 2rem)">
        <Suspense fallback="…">
          <Explained code={code} />
        </Suspense>
      </Popover.Dropdown>
    </Popover>
  );
}
