import type { World } from './world.ts';

/** The next thing the world does by itself: a job that is due, a task that ends. */
export type Due = { readonly at: number; readonly run: () => void };

/** Looks at the world and says what comes next; undefined where nothing ever does. Asked anew after each event. */
export type Source = (world: World) => Due | undefined;

/**
 * Moves the virtual clock to `to` and lets everything happen on the way, in order and at its exact second.
 * A moment in the past changes nothing: the clock never goes back.
 */
export function advanceTo(world: World, to: number, sources: readonly Source[]): void {
  for (;;) {
    let first: Due | undefined;
    for (const source of sources) {
      const due = source(world);
      if (due && due.at <= to && (!first || due.at < first.at)) first = due;
    }
    if (!first) break;
    world.now = Math.max(world.now, first.at);
    first.run();
  }
  world.now = Math.max(world.now, to);
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, y: 31_536_000 };

/** Seconds of `90d`, `12h`, `45m`, `1y`; undefined where the text is none. */
export function parseSpan(text: string): number | undefined {
  const found = /^(\d+)([smhdwy])$/.exec(text);
  return found ? Number(found[1]) * (UNIT_SECONDS[found[2] ?? ''] ?? Number.NaN) : undefined;
}
