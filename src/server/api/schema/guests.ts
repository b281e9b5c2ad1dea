import { z } from 'zod';
import { finding, instant, pageOf, paging, posture, siteName, siteSource, source, vmid } from './common.ts';

/** backed up → verified → off-site → restored. `due`: not yet, and not late; `none`: not promised and not there; `unproven`: nothing measures it yet. */
export const rung = z.object({
  state: z.enum(['yes', 'late', 'due', 'no', 'unknown', 'none', 'unproven']),
  at: instant.optional(),
});

export const ladder = z.object({ backedUp: rung, verified: rung, offsite: rung, restored: rung });

export const guestRow = z.object({
  site: siteName,
  vmid,
  type: z.enum(['vm', 'ct']).optional(),
  name: z.string(),
  tier: z.int().optional(),
  posture,
  /** One plain sentence: what holds and why. */
  because: z.string(),
  newestPointAt: instant.optional(),
  verifiedAt: instant.optional(),
  /** When the newest point will be older than RPO and grace allow. */
  breaksAt: instant.optional(),
  ladder,
  /** Begins of the recovery points of the last 60 days that are not gone, oldest first, for the strip; absent where not asked (`strip=1`). */
  points: z.array(instant).optional(),
});
export type GuestRow = z.infer<typeof guestRow>;

export const guestsQuery = paging.extend({
  site: siteName.optional(),
  tier: z.union([z.literal('none'), z.coerce.number().int()]).optional(),
  posture: posture.optional(),
  /** Part of a name, or a vmid. */
  q: z.string().max(200).optional(),
  sort: z.enum(['worst', 'name', 'vmid', 'exposure', 'tier']).default('worst'),
  strip: z.enum(['0', '1']).default('0'),
});

/** GET /api/v1/guests */
export const guestsPage = pageOf(guestRow).extend({ sources: z.array(siteSource) });
export type GuestsPage = z.infer<typeof guestsPage>;

export const recoveryPoint = z.object({
  server: z.string(),
  datastore: z.string(),
  namespace: z.string(),
  at: instant,
  /** Undefined while it was never seen finished. */
  sizeBytes: z.number().optional(),
  notBeforeAt: instant.optional(),
  policyVersion: z.string().optional(),
  verified: z.object({ state: z.enum(['ok', 'failed']), at: instant }).optional(),
  protected: z.boolean(),
  /** Protected by Holdfast since. */
  lockedAt: instant.optional(),
  goneAt: instant.optional(),
  goneBy: z.string().optional(),
  /** Whether it counts as evidence at the last look, and if not, why not; absent where that is not known. */
  counts: z.object({ usable: z.boolean(), because: z.string().optional() }).optional(),
});
export type RecoveryPoint = z.infer<typeof recoveryPoint>;

export const diskLine = z.object({
  key: z.string(),
  storage: z.string().optional(),
  volume: z.string().optional(),
  sizeBytes: z.number().optional(),
  keepsState: z.boolean(),
  sharedWith: z.array(z.object({ vmid, name: z.string() })),
  backedUp: z.boolean().optional(),
  inNewest: z.boolean().optional(),
});

export const happened = z.object({ at: instant, what: z.string(), text: z.string(), severity: z.enum(['good', 'bad', 'neutral']) });

/** What may be done with the guest from here, each with why not where it may not. */
export const guestAct = z.object({
  act: z.enum(['back-up-now', 'verify', 'protect']),
  possible: z.boolean(),
  /** Why not, and what would make it possible. */
  because: z.string().optional(),
});

/** GET /api/v1/guests/{site}/{vmid} */
export const guestPage = z.object({
  guest: guestRow,
  timeZone: z.string(),
  source,
  node: z.string().optional(),
  running: z.boolean().optional(),
  tags: z.array(z.string()),
  pool: z.string().optional(),
  /** Which rule gave the tier, in words. */
  rule: z.string(),
  otherRules: z.array(z.string()),
  tier: z
    .object({
      id: z.int(),
      name: z.string(),
      rpoSeconds: z.number(),
      graceSeconds: z.number(),
      retentionSeconds: z.number(),
      rtoSeconds: z.number(),
      schedule: z.string(),
      lock: z.boolean(),
    })
    .optional(),
  /** The evidence by source, a sentence each: PVE, PBS, the ledger. */
  evidence: z.array(z.object({ source: z.string(), text: z.string(), asOf: instant.optional() })),
  findings: z.array(finding.extend({ key: z.string().optional() })),
  /** Oldest first. */
  points: z.array(recoveryPoint),
  /** Data age over time in the last 90 days: where it falls, a point was finished. Pairs of instant and seconds. */
  exposure: z.array(z.object({ at: instant, seconds: z.number() })),
  disks: z.array(diskLine),
  keptThrough: z.array(z.object({ vmid, name: z.string() })),
  /** Absent where they could not be seen. */
  jobs: z
    .array(z.object({ id: z.string(), schedule: z.string(), storage: z.string(), enabled: z.boolean(), nextRunAt: instant.optional() }))
    .optional(),
  next: z.array(z.object({ what: z.enum(['backup', 'prune', 'verify', 'copy']), id: z.string(), at: instant })),
  /** Time to read its data back at the assumed rate: reckoned, not measured. */
  restoreSeconds: z.number().optional(),
  /** Newest first, at most 200. */
  happened: z.array(happened),
  acts: z.array(guestAct),
});
export type GuestPage = z.infer<typeof guestPage>;

/** POST /api/v1/guests/{site}/{vmid}/backup, …/verify and …/protect answer this. */
export const actDone = z.object({
  outcome: z.enum(['started', 'busy', 'nothing', 'done']),
  upid: z.string().optional(),
  text: z.string(),
});
export type ActDone = z.infer<typeof actDone>;
export const pointBody = z.object({ server: z.string(), datastore: z.string(), namespace: z.string(), at: instant });
export const protectBody = pointBody.extend({
  protect: z.literal(true, { error: 'only true is taken: Holdfast lifts what it set itself, and nothing else; lift it on the PBS' }),
  reason: z.string().min(3).max(500),
});
/** POST /api/v1/guests/bulk: one act for many guests, each answered by itself. */
export const bulkBody = z.object({
  act: z.enum(['back-up-now', 'verify']),
  guests: z
    .array(z.object({ site: siteName, vmid }))
    .min(1)
    .max(200),
});
export const bulkDone = z.object({ results: z.array(actDone.extend({ site: siteName, vmid, failed: z.boolean() })) });
export type BulkDone = z.infer<typeof bulkDone>;
