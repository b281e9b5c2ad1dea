import { day } from './exact.ts';
import { unwall, wall } from './zoned.ts';

export type Tick = { readonly at: number; readonly label: string; readonly isDay: boolean };

/** Full hours of a zone every `everyHours` in between; midnight is told as its day. */
export function ticks(from: number, to: number, zone: string, everyHours: number): readonly Tick[] {
  const step = everyHours * 3600;
  const found: Tick[] = [];
  for (let shown = Math.ceil(wall(from, zone) / step) * step; ; shown += step) {
    const at = unwall(shown, zone);
    if (at >= to) return found;
    const isDay = shown % 86_400 === 0;
    if (at >= from)
      found.push({
        at,
        isDay,
        label: isDay ? day(at, zone).replace(/^(\w+),? (\d+).*/, '$1 $2') : `${String((shown % 86_400) / 3600).padStart(2, '0')}:00`,
      });
  }
}
