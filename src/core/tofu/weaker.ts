import { groupsIn } from '../assess/points.ts';
import { placeOf } from '../desired/place.ts';
import { rulesOf, widestGapSeconds } from '../plan/zones.ts';
import { promisedTier } from '../policy/assign.ts';
import type { Tier } from '../policy/policy.ts';
import { spellDuration, spellInstant, type UnixSeconds } from '../units.ts';
import type { CodeGuest, Estate } from './estate.ts';
import { kindOf, valuesOn } from './estate.ts';
import { assignmentOf } from './tiers.ts';
import { takenOnlyBy } from './cover.ts';
import { onCode, onCodeGuest, orAllow, type Around, type TofuFinding } from './told.ts';

/** What of the estate is less protected after the plan than before: guests, tiers, disks, storages, jobs. */
export function weakerFindings(around: Around): TofuFinding[] {
  return [
    ...goneGuests(around),
    ...lowerTiers(around),
    ...leftDisks(around),
    ...goneStorages(around),
    ...lostKeys(around),
    ...lesserJobs(around),
  ];
}

/** Guests that are destroyed, or destroyed and made anew. */
function goneGuests(around: Around): TofuFinding[] {
  const destroyed = around.plan.changes.filter(
    (change) => ['vm', 'ct'].includes(kindOf(change) ?? '') && change.actions.includes('delete') && change.before,
  );
  const numbers = new Set(destroyed.map(({ before }) => Number(before!['vm_id'] ?? before!['id'])));
  return [...around.before.guests.values()].filter(({ vmid }) => numbers.has(vmid)).map((guest) => destroyedGuest(around, guest));
}

function destroyedGuest(around: Around, guest: CodeGuest): TofuFinding {
  const again = around.after.guests.has(guest.vmid);
  const name = `delete:${guest.type}-${guest.vmid}`;
  const users = usersOf(around, guest).map(({ type, vmid, name: called }) => `${type}/${vmid} ${called}`);
  const disks = users.length === 0 ? '' : `, with the disks ${users.join(', ')} works on`;
  const what = `It is destroyed${again ? ' and made anew' : ''}${disks}`;
  const points = pointsOf(around, guest);
  if (!points.known) {
    return onCodeGuest(around, guest, {
      code: 'HF-TOFU-DELETES',
      problem: `${what}, and ${around.actual ? 'it could not be read' : 'nobody looked'} whether points of it are still promised`,
      why: again ? 'what its disks hold and no point has yet is gone' : 'its points become orphans that nobody watches',
      fix: `${around.actual ? 'make the site readable (holdfast doctor)' : 'look first: leave out --offline'}${orAllow(name)}`,
      allow: name,
    });
  }
  if (points.until === undefined && !again) {
    return onCodeGuest(around, guest, {
      severity: 'warning',
      code: 'HF-TOFU-DELETES',
      problem: `${what}; no point of it is promised any more`,
      why: 'there is nothing left to bring it back from',
      fix: 'nothing, if that is meant',
    });
  }
  const held =
    points.until === undefined
      ? 'no point of it is there'
      : `${points.count} ${points.count === 1 ? 'point of it is' : 'points of it are'} promised, the last until ${spellInstant(points.until, around.site.timeZone)}`;
  return onCodeGuest(around, guest, {
    code: 'HF-TOFU-DELETES',
    problem: `${what}, and ${held}`,
    why: again
      ? 'what its disks hold and no point has yet is gone; the points that are there stay'
      : 'its points become orphans: they stay, but a new guest of that number would go on in their group and prune them',
    fix: `${again ? 'change it in place, or back it up right before' : 'keep it until they may go, or keep its number free until then'}${orAllow(name)}`,
    allow: name,
  });
}

type Points = { readonly known: false } | { readonly known: true; readonly count: number; readonly until?: UnixSeconds };

/**
 * Recovery points whose promised age has not come, in the namespaces of the tiers: those of the guest, and of guests that work on
 * its disks, for their points hold these. A namespace that could not be read is a doubt.
 */
function pointsOf(around: Around, guest: CodeGuest): Points {
  const { policy, site, actual, now } = around;
  if (!actual) return { known: false };
  const names = new Set([guest, ...usersOf(around, guest)].map(({ type, vmid }) => `${type}/${vmid}`));
  let [count, until] = [0, -Infinity];
  for (const tier of policy.tiers) {
    const place = placeOf(site, tier);
    if (!place) continue;
    const groups = actual.pbs.some(({ name }) => name === place.pbs) ? groupsIn(actual, place) : undefined;
    if (!groups?.known) return { known: false };
    const held = [...names].flatMap((name) => groups.byName.get(name) ?? []);
    for (const { at, sizeBytes } of held.flatMap(({ snapshots }) => snapshots)) {
      if (sizeBytes === undefined || at + tier.retentionSeconds <= now) continue;
      count += 1;
      until = Math.max(until, at + tier.retentionSeconds);
    }
  }
  return { known: true, count, ...(count === 0 ? {} : { until }) };
}

/** Other guests of the code that work on a disk of this one: on one whose name carries its number. */
function usersOf({ before }: Around, { vmid, disks }: CodeGuest): CodeGuest[] {
  const own = new Set(
    disks.flatMap(({ volume }) => (volume !== undefined && Number(/vm-(\d+)-/.exec(volume)?.[1]) === vmid ? [volume] : [])),
  );
  return [...before.guests.values()].filter(
    (other) => other.vmid !== vmid && other.disks.some(({ volume }) => volume !== undefined && own.has(volume)),
  );
}

/** The tier that holds on one side: by the pool, for its job takes the members; else by the policy. */
function tierOn(around: Around, guest: CodeGuest | undefined): Tier | undefined {
  if (!guest || guest.template) return undefined;
  const byPool = around.policy.tiers.find(({ pool }) => pool === guest.pool);
  return byPool ?? around.policy.tiers.find(({ id }) => id === promisedTier(assignmentOf(around, guest)));
}

export type TierChange = { readonly guest: CodeGuest; readonly isNew: boolean; readonly from?: Tier; readonly to?: Tier };

/** Guests that get another tier, are new, or lose theirs. */
export function tierChanges(around: Around): TierChange[] {
  const { before, after } = around;
  return [...after.guests.values()].flatMap((guest) => {
    const [from, to] = [tierOn(around, before.guests.get(guest.vmid)), tierOn(around, guest)];
    if (from?.id === to?.id || guest.poolUnknown) return [];
    return [{ guest, isNew: !before.guests.has(guest.vmid), ...(from ? { from } : {}), ...(to ? { to } : {}) }];
  });
}

function lowerTiers(around: Around): TofuFinding[] {
  return tierChanges(around).flatMap(({ guest, from, to }) => {
    if (!from) return [];
    const less = lessOf(from, to);
    if (less.length === 0) return [];
    const name = `weaken:${guest.type}-${guest.vmid}`;
    return [
      onCodeGuest(around, guest, {
        code: 'HF-TOFU-WEAKER',
        problem: `It goes from tier ${from.id} (${from.name}) to ${to ? `tier ${to.id} (${to.name})` : 'no tier'}: ${less.join(', ')}`,
        why: 'from the next backup on less is promised, and the points it has stay only while the jobs of the old tier go on',
        fix: `keep its tier${orAllow(name)}`,
        allow: name,
        tier: from.id,
      }),
    ];
  });
}

function lessOf(from: Tier, to: Tier | undefined): string[] {
  if (!to) return ['nothing is promised any more'];
  const longer = (what: string, was: number, is: number): string[] =>
    is > was ? [`${what} ${spellDuration(was)} to ${spellDuration(is)}`] : [];
  return [
    ...longer('RPO', from.rpoSeconds, to.rpoSeconds),
    ...longer('RTO', from.rtoSeconds, to.rtoSeconds),
    ...(to.retentionSeconds < from.retentionSeconds
      ? [`retention ${spellDuration(from.retentionSeconds)} to ${spellDuration(to.retentionSeconds)}`]
      : []),
    ...(from.offsite && !to.offsite ? ['no copy off site'] : []),
    ...(from.encryption && !to.encryption ? ['not encrypted'] : []),
    ...(from.lock && !to.lock ? ['not locked'] : []),
  ];
}

/** Disks that were taken and will not be, by this guest or any other. */
function leftDisks(around: Around): TofuFinding[] {
  const takenBy = (estate: Estate, volume: string | undefined): boolean =>
    volume !== undefined && [...estate.guests.values()].some(({ disks }) => disks.some((disk) => disk.volume === volume && disk.included));
  return [...around.after.guests.values()].flatMap((guest) => {
    const was = around.before.guests.get(guest.vmid);
    if (!was || guest.template) return [];
    const left = was.disks.filter((disk) => {
      const now = guest.disks.find(({ key }) => key === disk.key);
      return disk.included && now?.included === false && !takenBy(around.after, disk.volume);
    });
    return left.map((disk) =>
      onCodeGuest(around, guest, {
        code: 'HF-TOFU-WEAKER',
        problem: `Its ${disk.key}${disk.volume === undefined ? '' : ` (${disk.volume})`} was backed up and no longer is`,
        why: 'a restore from any later point brings the guest back without it',
        fix: `take it in again (backup = true)${orAllow(`weaken:${guest.type}-${guest.vmid}`)}`,
        allow: `weaken:${guest.type}-${guest.vmid}`,
        disk: disk.key,
      }),
    );
  });
}

/** Storages of backups that go, lead elsewhere, lose their key, or let PVE prune. */
function goneStorages(around: Around): TofuFinding[] {
  const { before, after } = around;
  const prunes = [...after.storages.values()].flatMap(({ id, address, prunes: keep }) =>
    keep.length === 0
      ? []
      : [
          onCode(around, `storage ${id} (${address})`, {
            code: 'HF-PRUNE-PVE',
            problem: `PVE itself prunes by ${keep.join(', ')}`,
            why: 'of two prunes the stricter wins, and only the one on PBS was proved',
            fix: 'leave pruning to PBS:\n    backups { keep_all = true }',
          }),
        ],
  );
  const lost = [...before.storages.values()].flatMap(({ id, address, place, encrypted }) => {
    const later = after.storages.get(id);
    const made = around.plan.changes.some((change) => valuesOn('before', change)?.['id'] === id && kindOf(change) === 'storage' && change.actions.includes('delete')); // prettier-ignore
    if (later && later.place === place && later.encrypted === encrypted && !made) return [];
    const name = `weaken:${id}`;
    const what = !later ? 'is removed' : later.place !== place ? 'leads elsewhere' : 'is removed and made anew';
    return [
      onCode(around, `storage ${id} (${address})`, {
        code: 'HF-TOFU-WEAKER',
        problem: `Storage ${id} ${what}${encrypted ? ', and its encryption key goes with it' : ''}`,
        why: encrypted
          ? 'points that were encrypted with that key cannot be read again'
          : 'no backup of its tier succeeds without it, and PVE no longer shows the points that are there',
        fix: `keep it${orAllow(name)}`,
        allow: name,
      }),
    ];
  });
  return [...prunes, ...lost];
}

/**
 * Storages whose key leaves the state. After any change in place the provider forgets the key it made (seen with bpg/proxmox 0.111.1):
 * then only the nodes have it, and with them it would burn.
 */
function lostKeys(around: Around): TofuFinding[] {
  const changed = around.plan.changes.filter((change) => kindOf(change) === 'storage' && change.actions.includes('update'));
  return changed.flatMap(({ address, before, unknown }) => {
    const id = before?.['id'];
    if (typeof id !== 'string' || typeof before?.['generated_encryption_key'] !== 'string' || unknown['generated_encryption_key'] !== true)
      return [];
    const name = `key:${id}`;
    return [
      onCode(around, `storage ${id} (${address})`, {
        code: 'HF-TOFU-KEY',
        problem: `With this change the encryption key of storage ${id} goes from the state: the provider forgets it`,
        why: 'the key is then on the nodes and nowhere else, and without it no point of the tier can be read',
        fix: `save it first, away from what it encrypts (tofu output -json encryption_keys)${orAllow(name)}`,
        allow: name,
      }),
    ];
  });
}

/** Jobs of the code that go, stop, or run less often. */
function lesserJobs(around: Around): TofuFinding[] {
  const { before, after, site } = around;
  const zone = rulesOf(site.timeZone);
  const waitsLonger = (is: string, was: string): boolean =>
    !zone || widestGapSeconds(is, zone, around.now) > widestGapSeconds(was, zone, around.now);
  return [...before.jobs.values()].flatMap((job) => {
    const later = after.jobs.get(job.id);
    const stops = job.enabled && (!later || !later.enabled) && takenOnlyBy(around, job).length > 0;
    const rarer = later !== undefined && later.schedule !== job.schedule && waitsLonger(later.schedule, job.schedule);
    if (!stops && !rarer) return [];
    const name = `weaken:${job.id}`;
    return [
      onCode(around, `backup job ${job.id} (${job.address})`, {
        code: 'HF-TOFU-WEAKER',
        problem: `Backup job ${job.id} ${!later ? 'is removed' : stops ? 'is switched off' : `runs less often: "${job.schedule}" becomes "${later.schedule}"`}`,
        why: 'the guests it takes are backed up less, or not at all',
        fix: `keep it${orAllow(name)}`,
        allow: name,
      }),
    ];
  });
}
