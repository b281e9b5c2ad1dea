import { z } from 'zod';

/** Whole seconds since 1970, UTC. Every instant of the API is one; the time zone a person reads it in stands beside it. */
export const instant = z.int().min(0).meta({ description: 'Unix seconds' });

export const siteName = z.string().min(1).max(200);
export const vmid = z.int().min(1).max(999_999_999);

export const posture = z.enum(['protected', 'attention', 'at-risk', 'broken', 'unknown', 'exempt']);
export type PostureWord = z.infer<typeof posture>;

export const severity = z.enum(['error', 'warning', 'info']);

/** What a person must know: the same six fields as `--json` of every command, and what it is about. */
export const finding = z.object({
  severity,
  code: z.string().meta({ description: 'HF-…, explained in docs/reference/findings.md' }),
  at: z.string(),
  problem: z.string(),
  why: z.string(),
  fix: z.string(),
  site: siteName.optional(),
  vmid: vmid.optional(),
  tier: z.int().optional(),
  /** In a policy file, both from 1. */
  place: z.object({ file: z.string(), line: z.int(), column: z.int(), length: z.int() }).optional(),
});
export type FindingJson = z.infer<typeof finding>;

/** Where a number is from and as of when; the page shows both. */
export const source = z.object({
  /** `look`: from the servers; `memory`: what was written down before; `policy`: the file. */
  from: z.enum(['look', 'memory', 'policy']),
  /** Absent where there was no look yet. */
  asOf: instant.optional(),
  /** What could not be seen, in words, one line each; empty where all was. */
  unseen: z.array(z.string()),
});
export type SourceJson = z.infer<typeof source>;

/** The same of one site in a list. */
export const siteSource = source.extend({
  site: siteName,
  timeZone: z.string(),
  whole: z.boolean().meta({ description: 'all of it was seen, lately, and every server answers: only then is an empty list good news' }),
});

/** RFC 9457. `findings` carries what a person must know, with codes. */
export const problem = z.object({
  type: z.string().meta({ description: 'urn:holdfast:problem:…' }),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional(),
  /** One thing to do. */
  fix: z.string().optional(),
  findings: z.array(finding).optional(),
});
export type Problem = z.infer<typeof problem>;

/** One page of a list. `next` is absent on the last one. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next: z.string().optional(), total: z.int().min(0) });

/** Query of every list. */
export const paging = z.object({
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});
