import type { World } from '../world.ts';

/** Something that befalls the demo's site at one moment. */
export type Happening = { readonly at: number; readonly run: (world: World) => void };

const HOUR = 3600;
const DAY = 24 * HOUR;

/**
 * What a year with four tiers may bring, reckoned from its end: a backup server that is away for two days in spring, somebody who removes a
 * point by hand, and, these last days, a snapshot that leaves postgres locked, so that its backups fail night after night. The lock is off
 * again at the end: one backup by hand mends it.
 */
export function happeningsOf(endAt: number): readonly Happening[] {
  const away = endAt - 150 * DAY;
  const locked = endAt - 3 * DAY;
  return [
    { at: away, run: (world) => void world.faults.push({ server: 'pbs', call: '.', times: 1e9, kind: 'refused' }) },
    { at: away + 2 * DAY, run: (world) => void (world.faults.length = 0) },
    { at: locked, run: (world) => void (postgres(world)['lock'] = 'snapshot') },
    { at: endAt - 2 * HOUR, run: (world) => void delete postgres(world)['lock'] },
  ];
}

function postgres(world: World): Record<string, unknown> {
  const guest = world.pve['pve']?.guests[101];
  if (!guest) throw new Error('the demo has no postgres');
  return guest.config;
}
