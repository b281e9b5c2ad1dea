import { notesTemplate } from '#core/desired/mark.ts';
import { tierStorage } from '#core/desired/place.ts';
import type { AuditEntry } from '#core/memory/record.ts';
import { whyNoExtraRun } from '#core/retry/extra-run.ts';
import { spellInstant, type UnixSeconds } from '#core/units.ts';
import { ProxmoxError } from '#core/world/proxmox-error.ts';
import { storyOf, type GuestStory } from './guest-story.ts';
import type { Hands, Live } from './live.ts';
import type { PointName, Started } from './ports.ts';

export type ActName = 'back-up-now' | 'verify' | 'protect';

/** Whether something may be done with a guest from here, and if not, why not and what would make it possible. */
export type GuestAct = { readonly act: ActName; readonly possible: boolean; readonly because?: string };

export type ActDone =
  | { readonly outcome: 'started' | 'busy' | 'nothing' | 'done'; readonly text: string; readonly upid?: string }
  | { readonly outcome: 'refused'; readonly because: string }
  | { readonly outcome: 'missing'; readonly because: string };

/** What may be done with a guest now. Asks no server. */
export async function guestActs(live: Live, told: GuestStory | undefined, siteName: string): Promise<readonly GuestAct[]> {
  const acts = ['back-up-now', 'verify', 'protect'] as const;
  return Promise.all(
    acts.map(async (act): Promise<GuestAct> => {
      const because = await whyNot(live, told, { site: siteName, act });
      return { act, possible: because === undefined, ...(because !== undefined && { because }) };
    }),
  );
}

async function whyNot(
  live: Live,
  told: GuestStory | undefined,
  { site: name, act }: { readonly site: string; readonly act: ActName },
): Promise<string | undefined> {
  if (!told) {
    const state = live.watching().sites.find(({ site }) => site === name)?.state;
    return state === 'elsewhere' ? 'another replica watches this site; act there' : 'the last look did not see the guest';
  }
  const hands = live.hands(name);
  if (!hands) return 'what the logins of this site may do is not known, or too much; see:\n    holdfast doctor';
  const { site, story, now } = told;
  if (act !== 'back-up-now') {
    if (site.storages?.backupToken === undefined)
      return 'it takes the login that makes the points; name it in the policy:\n    storages: { backupToken: "env:HOLDFAST_BACKUP_TOKEN" }';
    return undefined;
  }
  if (!story.tier || !story.assessment) return 'nothing is promised to it, so that nobody said where a point should go; give it a tier';
  const through = story.keptThrough.find(({ vmid }) => vmid !== story.guest.vmid);
  if (through) return `a point made through it would be torn: its disks are used by ${through.name}; back that one up`;
  if (site.pve.retryToken === undefined || (await hands.repeatsAs()) === undefined)
    return `it takes a login that may start backups, and no more:\n    holdfast grants --for retry --site ${name}\nand its name in the policy:\n    pve: { retryToken: "env:HOLDFAST_PVE_RETRY_TOKEN" }`;
  return whyNoExtraRun(story.assessment, { tier: story.tier, assume: { ...live.policy().assume, ...story.tier.assume }, now });
}

/**
 * Has one guest backed up now, as the job of its tier would. Nothing is started beside a backup that runs on its node. Who asked is in the audit log
 * before PVE is.
 */
export async function backUpNow(live: Live, site: string, vmid: number, by: string): Promise<ActDone> {
  const told = storyOf(live, site, vmid);
  const because = await whyNot(live, told, { site, act: 'back-up-now' });
  if (because !== undefined || !told?.story.tier) return { outcome: told ? 'refused' : 'missing', because: because ?? '' };
  const { guest, tier } = told.story;
  const on = `${site}: ${guest.type}/${guest.vmid} ${guest.name}`;
  const started = await carryOut(live, { act: 'back-up-now', on, by, detail: `tier ${tier.id}` }, async (hands) =>
    hands.startBackup({ node: guest.node, vmid, storage: tierStorage(tier.id), mode: tier.mode, notes: notesTemplate(tier) }),
  );
  return spellStarted(started, {
    what: `the backup of ${guest.name}`,
    busy: `another backup runs on ${guest.node}; ask again when it has ended`,
  });
}

/** Has PBS read one point whole, by default the newest that counts. */
export async function verifyPoint(
  live: Live,
  { site, vmid, point: named }: { readonly site: string; readonly vmid: number; readonly point?: PointPlace | undefined },
  by: string,
): Promise<ActDone> {
  const told = storyOf(live, site, vmid);
  const because = await whyNot(live, told, { site, act: 'verify' });
  if (because !== undefined || !told) return { outcome: told ? 'refused' : 'missing', because: because ?? '' };
  const point = await pointOf(live, told, named);
  if (!point) return { outcome: 'missing', because: named ? 'no such point of this guest is remembered' : 'it has no finished point' };
  const on = `${site}: ${point.type}/${point.id} of ${spellInstant(point.at, told.site.timeZone)}`;
  const detail = `${point.server} ${point.datastore}:${point.namespace}`;
  const started = await unlessGone(carryOut(live, { act: 'verify', on, by, detail }, (hands) => hands.startVerify(point)));
  if (started instanceof ProxmoxError) return goneSince(point, told, started);
  return spellStarted(started, {
    what: `the verification of the point of ${spellInstant(point.at, told.site.timeZone)}`,
    busy: `something is verified in ${point.datastore} already; ask again when it has ended`,
  });
}

/** Protects one point on its PBS against every removal, until somebody lifts that there: Holdfast lifts only what it set for a promise. */
export async function protectPoint(
  live: Live,
  {
    site,
    vmid,
    point: named,
    reason,
  }: { readonly site: string; readonly vmid: number; readonly point: PointPlace; readonly reason: string },
  by: string,
): Promise<ActDone> {
  const told = storyOf(live, site, vmid);
  const because = await whyNot(live, told, { site, act: 'protect' });
  if (because !== undefined || !told) return { outcome: told ? 'refused' : 'missing', because: because ?? '' };
  const point = await pointOf(live, told, named);
  if (!point) return { outcome: 'missing', because: 'no such point of this guest is remembered' };
  const on = `${site}: ${point.type}/${point.id} of ${spellInstant(point.at, told.site.timeZone)}`;
  const done = await unlessGone(
    carryOut(live, { act: 'protect', on, by, detail: reason }, async (hands) => {
      await hands.setProtected(point, true);
      return hands.handOver(point);
    }),
  );
  if (done instanceof ProxmoxError) return goneSince(point, told, done);
  if (done === 'lease-lost') return { outcome: 'refused', because: 'another replica watches this site by now; ask again there' };
  return {
    outcome: 'done',
    text: `the point of ${spellInstant(point.at, told.site.timeZone)} is protected on ${point.server} until somebody lifts it there`,
  };
}

export type PointPlace = { readonly server: string; readonly datastore: string; readonly namespace: string; readonly at: UnixSeconds };

/** A point of the guest, or of one it is kept through, that the ledger knows and that is not gone. */
async function pointOf({ memory }: Live, { site, story }: GuestStory, named: PointPlace | undefined): Promise<PointName | undefined> {
  const { place, keptThrough } = story;
  const groups = (await memory.groups(site.name)).filter(({ type, id }) =>
    keptThrough.some((keeper) => keeper.type === type && String(keeper.vmid) === id),
  );
  for (const group of groups) {
    const { server, datastore, namespace } = group;
    const wanted = named ?? (place && { server: place.pbs, datastore: place.datastore, namespace: place.namespace });
    if (!wanted || wanted.server !== server || wanted.datastore !== datastore || wanted.namespace !== namespace) continue;
    const points = await memory.groupPoints(group);
    const found = named ? points.find(({ at }) => at === named.at) : points.findLast(({ sizeBytes }) => sizeBytes !== undefined);
    if (found) return { ...group, at: found.at };
  }
  return undefined;
}

/** Writes down who asks for what, does it, writes down where it was not done, and looks soon. Throws ProxmoxError. */
async function carryOut<T>(
  { memory, clock, hands: handsOf, hint, announce }: Live,
  { act, on, by, detail }: Omit<AuditEntry, 'at'>,
  work: (hands: Hands) => Promise<T>,
): Promise<T> {
  const site = on.slice(0, on.indexOf(': '));
  await memory.appendAudit([{ at: clock.now(), by, act, on, detail }]);
  try {
    return await work(handsOf(site)!);
  } catch (error) {
    if (error instanceof ProxmoxError)
      await memory.appendAudit([{ at: clock.now(), by, act: `${act}-not-done`, on, detail: error.detail }]);
    throw error;
  } finally {
    hint(site);
    announce(['audit']);
  }
}

/** What was to be done to a point, or that the server has no such point. */
async function unlessGone<T>(work: Promise<T>): Promise<T | ProxmoxError> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ProxmoxError && error.kind === 'missing') return error;
    throw error;
  }
}

function goneSince({ server, at }: PointName, { site }: GuestStory, { detail }: ProxmoxError): ActDone {
  return {
    outcome: 'missing',
    because: `the point of ${spellInstant(at, site.timeZone)} has gone from ${server} since the last look: ${detail}\ntake another one; a look follows and says what became of this one`,
  };
}

function spellStarted(started: Started, { what, busy }: { readonly what: string; readonly busy: string }): ActDone {
  if (started.outcome === 'started') return { outcome: 'started', upid: started.upid, text: `${what} has begun` };
  if (started.outcome === 'busy') return { outcome: 'busy', text: busy };
  return { outcome: 'nothing', text: 'the guest is on another node by now; a look follows, ask again after it' };
}
