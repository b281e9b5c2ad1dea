import { streamSSE } from 'hono/streaming';
import type { Topic } from '#app/live.ts';
import type { News } from '#app/news.ts';
import type { Api } from '../frame.ts';
import { problemResponse, refuse } from '../problem.ts';

/** More than a team has tabs; each holds a connection. */
const MOST_LISTENERS = 200;
/** Proxies close what is silent for half a minute. */
const HEARTBEAT_MS = 20_000;
/** What happens at once is told at once: a look changes five things in a moment. */
const GATHER_MS = 100;

/** `closed` ends every stream: a daemon that ends waits for none. */
export function eventsRoutes(news: News, closed: AbortSignal): (api: Api) => void {
  let listeners = 0;
  return (api) =>
    api.route(
      {
        method: 'get',
        path: '/events',
        role: 'viewer',
        tag: 'Overview',
        summary: 'Says what changed, as it changes; what it is now, the routes say',
        description:
          'Server-sent: `event: changed` with `{"topics": ["overview", …]}`. A comment each 20 seconds keeps the connection. After a pause, read anew. ' +
          'It ends within those seconds where who listens no longer may.',
        answer: 'events',
      },
      ({ context, mayStill }) => {
        if (listeners >= MOST_LISTENERS || closed.aborted)
          return problemResponse(
            refuse('too-many', { detail: `${listeners} listen already`, fix: 'close some pages, or ask the routes every minute' }),
            {
              'retry-after': '60',
            },
          );
        listeners += 1;
        context.header('cache-control', 'no-store');
        context.header('x-accel-buffering', 'no');
        return streamSSE(context, async (stream) => {
          const topics = new Set<Topic>();
          let wake = (): void => {};
          const hush = news.listen((told) => {
            for (const topic of told) topics.add(topic);
            wake();
          });
          const end = (): void => wake();
          stream.onAbort(end);
          closed.addEventListener('abort', end);
          try {
            await stream.write(': listening\n\n');
            while (!stream.aborted && !closed.aborted) {
              if (topics.size === 0)
                await new Promise<void>((resolve) => void ((wake = resolve), setTimeout(resolve, HEARTBEAT_MS).unref()));
              if (stream.aborted || closed.aborted) break;
              if (topics.size > 0) await stream.sleep(GATHER_MS);
              // Asked before each word, so that who may no longer listen hears nothing more.
              if (!(await mayStill())) break;
              const told = [...topics];
              topics.clear();
              const data = JSON.stringify({ topics: told });
              await (told.length === 0 ? stream.write(': still here\n\n') : stream.writeSSE({ event: 'changed', data }));
            }
          } finally {
            hush();
            closed.removeEventListener('abort', end);
            listeners -= 1;
          }
        });
      },
    );
}
