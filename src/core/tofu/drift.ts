import { estateOf } from './estate.ts';
import { onCodeGuest, type Around, type TofuFinding } from './told.ts';

/** What somebody changed by hand since the last apply, as far as it is about backups: this plan puts it back. */
export function driftFindings(around: Around): TofuFinding[] {
  const there = estateOf({ changes: around.plan.drift }, 'after').estate.guests;
  return [...estateOf({ changes: around.plan.drift }, 'before').estate.guests.values()].flatMap((was) => {
    const now = there.get(was.vmid);
    if (!now) return [];
    const tags =
      [...was.tags].sort().join(', ') === [...now.tags].sort().join(', ') ? [] : [`tags ${list(was.tags)} became ${list(now.tags)}`];
    const disks = was.disks.flatMap(({ key, included }) => {
      const later = now.disks.find((disk) => disk.key === key);
      return later && later.included !== included ? [`${key} is ${later.included ? 'taken' : 'left out'} now`] : [];
    });
    const parts = [...tags, ...disks];
    if (parts.length === 0) return [];
    return [
      onCodeGuest(around, now, {
        severity: 'warning',
        code: 'HF-TOFU-DRIFT',
        problem: `Somebody changed it by hand: ${parts.join('; ')}`,
        why: 'the next apply puts it back, and whoever changed it will wonder',
        fix: 'say it in the code if it was meant; else apply',
      }),
    ];
  });
}

function list(tags: readonly string[]): string {
  return tags.length === 0 ? 'none' : tags.join(', ');
}
