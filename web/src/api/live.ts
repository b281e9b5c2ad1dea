import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Changed } from '#server/api/schema/watch.ts';
import { keys } from './topics.ts';

export type Live = 'connecting' | 'live' | 'lost';

/** Listens for what changes at the daemon and asks again for what is shown of it. While the line is lost, says so; the browser tries again by itself. */
export function useLive(): Live {
  const client = useQueryClient();
  const [live, setLive] = useState<Live>('connecting');
  useEffect(() => {
    const events = new EventSource('/api/v1/events');
    let wasLost = false;
    events.addEventListener('open', () => {
      setLive('live');
      // What happened while nobody listened is not told again.
      if (wasLost) void client.invalidateQueries();
      wasLost = false;
    });
    events.addEventListener('error', () => {
      wasLost = true;
      setLive('lost');
      // The browser gives up where it is refused: most likely the session is over.
      if (events.readyState === EventSource.CLOSED) void client.invalidateQueries({ queryKey: keys.session });
    });
    events.addEventListener('changed', (event) => {
      const { topics } = JSON.parse(event.data as string) as Changed;
      for (const topic of topics) void client.invalidateQueries({ queryKey: [topic] });
    });
    return () => events.close();
  }, [client]);
  return live;
}
