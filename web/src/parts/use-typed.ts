import { useDebouncedCallback } from '@mantine/hooks';
import { useEffect, useState } from 'react';

/** The text of a search as it is typed: told on when the hands rest. What `asked` becomes by another way (the way back, a link, a filter that is taken away) is shown. */
export function useTyped(asked: string | undefined, ask: (text: string) => void): readonly [typed: string, type: (text: string) => void] {
  const [typed, setTyped] = useState(asked ?? '');
  const askSoon = useDebouncedCallback(ask, 250);
  useEffect(() => setTyped(asked ?? ''), [asked]);
  function type(text: string): void {
    setTyped(text);
    askSoon(text);
  }
  return [typed, type];
}
