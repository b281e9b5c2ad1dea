import type { Timeline } from './timeline.ts';

/** Runs `steps` apart, and the time between them. */
export type Span = { readonly seconds: number; readonly from: number; readonly to: number };

type Runs = Pick<Timeline, 'runs' | 'bends'>;

/** The first of the shortest spans; undefined where there are not so many runs. */
export function shortestSpan(timeline: Runs, steps: number): Span | undefined {
  return extremeSpan(timeline, steps, -1);
}

/** The first of the widest spans; undefined where there are not so many runs. */
export function widestSpan(timeline: Runs, steps: number): Span | undefined {
  return extremeSpan(timeline, steps, 1);
}

/**
 * As an end of the span moves through runs that are equally far apart, the span grows or shrinks evenly: so it is extreme where one of its
 * ends stands at a bend, and few of the runs need to be looked at.
 */
function extremeSpan({ runs, bends }: Runs, steps: number, sign: 1 | -1): Span | undefined {
  const last = runs.length - 1 - steps;
  let seconds = -Infinity;
  let from = -1;
  for (let shift = 0; shift <= steps; shift += Math.max(1, steps)) {
    for (let place = 0; place < bends.length; place++) {
      const i = bends[place]! - shift;
      if (i < 0 || i > last) continue;
      const found = sign * (runs[i + steps]! - runs[i]!);
      if (found < seconds || (found === seconds && i > from)) continue;
      seconds = found;
      from = i;
    }
  }
  return from < 0 ? undefined : { seconds: sign * seconds, from, to: from + steps };
}
