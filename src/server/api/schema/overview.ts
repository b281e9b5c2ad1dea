import { z } from 'zod';
import { finding, instant, posture, siteName, source, vmid } from './common.ts';

/** How many guests stand how; a posture nobody has is 0, not absent. */
export const postureCounts = z.record(posture, z.int().min(0));

/** One promise of a tier, and how it stands over its guests at this moment. */
export const promiseStanding = z.object({
  promise: z.enum(['rpo', 'retention', 'reach', 'verify', 'offsite', 'encryption', 'lock', 'rto', 'drill', 'budget']),
  /** `unknown` is no better than broken, and never green. `unproven`: nothing measures it yet (drills). */
  stands: z.enum(['kept', 'attention', 'broken', 'unknown', 'unproven']),
  /** What was promised, in words: `24 h (+2 h grace)`. */
  promised: z.string(),
  /** One plain sentence with the worst guest and the numbers, and where they are from. */
  because: z.string(),
  /** The worst case of it, where it is a time or a size, for bars. */
  worst: z.number().optional(),
  limit: z.number().optional(),
  unit: z.enum(['seconds', 'bytes']).optional(),
  worstGuest: z.object({ site: siteName, vmid, name: z.string() }).optional(),
});
export type PromiseStanding = z.infer<typeof promiseStanding>;

export const tierStanding = z.object({
  id: z.int(),
  name: z.string(),
  purpose: z.string().optional(),
  schedule: z.string(),
  guests: z.int(),
  postures: postureCounts,
  promises: z.array(promiseStanding),
});
export type TierStanding = z.infer<typeof tierStanding>;

/** One thing that a person should do something about now, worst first. */
export const need = z.object({
  /** Key of the finding's life where there is one: /alerts/KEY. */
  key: z.string().optional(),
  finding,
  state: z.enum(['open', 'acknowledged']),
  sinceAt: instant.optional(),
  guest: z.object({ site: siteName, vmid, name: z.string() }).optional(),
});

export const upcoming = z.object({
  site: siteName,
  timeZone: z.string(),
  what: z.enum(['backup', 'prune', 'verify', 'copy', 'gc']),
  id: z.string(),
  tier: z.int().optional(),
  at: instant,
  /** As long as it usually takes, by the last runs; absent where not known. */
  usualSeconds: z.number().optional(),
});

/** A datastore or ZFS pool and the day it is foretold to be full. */
export const storeForecast = z.object({
  site: siteName,
  what: z.string().meta({ description: 'datastore:pbs/main, zfs:pve1/rpool' }),
  kind: z.enum(['datastore', 'zfs']),
  totalBytes: z.number(),
  usedBytes: z.number(),
  availableBytes: z.number(),
  fullAt: instant.optional(),
  /** When garbage collection can no longer run: earlier. */
  stuckAt: instant.optional(),
  /** Why nothing is foretold, where nothing is. */
  because: z.string().optional(),
});

export const siteLine = z.object({
  site: siteName,
  timeZone: z.string(),
  state: z.enum(['elsewhere', 'starting', 'watched', 'refused']),
  /** One sentence: what is seen and how well. */
  because: z.string(),
  source,
  /** Everything of it was seen, lately, and every server answers. */
  whole: z.boolean(),
  silent: z.array(z.object({ server: z.string(), because: z.string() })),
});

/** GET /api/v1/overview */
export const overview = z.object({
  /** The newest look of all sites; absent before the first. */
  asOf: instant.optional(),
  /** One sentence that a person can repeat: whether the promises hold. */
  headline: z.string(),
  /** `good` only where every site was seen whole and no guest stands worse than protected or exempt. */
  mood: z.enum(['good', 'attention', 'bad', 'unknown', 'empty']),
  guests: z.int(),
  postures: postureCounts,
  sites: z.array(siteLine),
  tiers: z.array(tierStanding),
  /** Guests that no tier claims. */
  unassigned: z.int(),
  needs: z.array(need).meta({ description: 'at most 20' }),
  needsTotal: z.int(),
  upcoming: z.array(upcoming).meta({ description: 'the next 24 to 48 hours, at most 50' }),
  stores: z.array(storeForecast),
  /** Troubles of Holdfast itself: memory, policy file. */
  troubles: z.array(finding),
});
export type Overview = z.infer<typeof overview>;
