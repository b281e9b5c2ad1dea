import { z } from 'zod';
import { finding, instant, pageOf } from './common.ts';

export const proof = z.object({
  promise: z.enum(['rpo', 'retention', 'reach', 'delete-after', 'verify-within', 'verify-every', 'offsite-within', 'stated-keep']),
  promisedSeconds: z.number(),
  graceSeconds: z.number().optional(),
  holds: z.boolean(),
  worstSeconds: z.number().optional(),
  worstAt: instant.optional(),
  worst: z.string(),
  counterexample: z.string().optional(),
  timeZone: z.string(),
});
export type ProofJson = z.infer<typeof proof>;

export const tierProof = z.object({
  id: z.int(),
  name: z.string(),
  schedule: z.string(),
  lock: z.boolean(),
  proofs: z.array(proof),
  /** Promises nothing could be said about, in words. */
  unproved: z.array(z.string()),
  keep: z.record(z.string(), z.int()).optional(),
  keepIs: z.enum(['computed', 'fixed']),
  pointsKept: z.object({ least: z.int(), usual: z.int(), most: z.int(), locked: z.int().optional() }).optional(),
  /** Zone of the calendar: where the promise fares worst. */
  timeZone: z.string(),
  /** For the calendar: each run of the next 400 days, 2000 at most, and the gap that follows it in seconds. */
  runs: z.array(z.object({ at: instant, gapSeconds: z.number() })),
  /** Points that prune would keep on the worst day, oldest first. */
  keptOnWorstDay: z.array(instant),
});
export type TierProofJson = z.infer<typeof tierProof>;

/** What the check of a policy says, saved or not. */
export const checked = z.object({
  understood: z.boolean(),
  /** No finding is an error. */
  good: z.boolean(),
  tiers: z.array(tierProof),
  findings: z.array(finding),
  timeZones: z.array(z.string()),
});
export type CheckedJson = z.infer<typeof checked>;

export const policyFile = z.object({ path: z.string(), text: z.string() });
export type PolicyFileJson = z.infer<typeof policyFile>;

/** GET /api/v1/policy */
export const policyPage = z.object({
  /** The main file first. Never a secret: none can stand in them. */
  files: z.array(policyFile),
  /** Digest of the files: what an edit is based on. */
  version: z.string(),
  readAt: instant,
  /** Whether the daemon may write the files; `because` says why not. */
  editable: z.boolean(),
  because: z.string().optional(),
  /** The file on disk is not what the daemon works by, and why. */
  trouble: z.string().optional(),
  checked,
});
export type PolicyPage = z.infer<typeof policyPage>;

/** POST /api/v1/policy/check, and the body of a proposed change. */
export const policyText = z.object({
  files: z
    .array(policyFile.extend({ text: z.string().max(1_000_000) }))
    .min(1)
    .max(50),
});
/** Answer of the check: with what it would weaken against what holds now. */
export const checkedChange = checked.extend({
  /** One sentence each: `tier 2: RPO 24 h to 48 h`. */
  weakens: z.array(z.string()),
});
export type CheckedChangeJson = z.infer<typeof checkedChange>;

/** `by` is `outside` where somebody wrote the files with an editor, or git did. `number` names it: the same text may come again. */
export const policyVersion = z.object({ number: z.int().min(1), version: z.string(), at: instant, by: z.string(), summary: z.string() });
/** GET /api/v1/policy/versions, newest first. */
export const policyVersionsPage = pageOf(policyVersion);
export type PolicyVersionsPage = z.infer<typeof policyVersionsPage>;
/** GET /api/v1/policy/versions/{number}; `before`: the files of the version before it, where that is remembered. */
export const policyVersionPage = policyVersion.extend({ files: z.array(policyFile), before: z.array(policyFile).optional() });
export type PolicyVersionPage = z.infer<typeof policyVersionPage>;
