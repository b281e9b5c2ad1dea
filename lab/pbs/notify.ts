import { chance, type World } from '../world.ts';

/** The line a job leaves when it hands its result to the notification system. */
export function notification(world: World): string {
  const hex = (digits: number) =>
    chance(world, 16 ** digits)
      .toString(16)
      .padStart(digits, '0');
  return `queued notification (id=${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(8)}${hex(4)})`;
}
