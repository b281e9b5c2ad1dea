import type { Site, Tier, TierId } from '../policy/policy.ts';
import { digest } from '../digest.ts';

/** First characters of the id of every job that Holdfast makes. */
export const ID_PREFIX = 'hf-';

/** First word of the comment of every object that Holdfast makes and that has a comment. */
const MARK = '[holdfast]';

/** PBS takes ids of 32 and comments of 128 characters. @see https://pbs.proxmox.com/docs/api-viewer/index.html (config/prune) */
const LONGEST_PBS_ID = 32;
const LONGEST_SITE_IN_MARK = 64;

/** What a mark says: whose object it is; without a tier, a server's as a whole. */
export type Mark = { readonly site?: string; readonly tier?: TierId };

/** Eight digits that change with the promise of the tier and with nothing else: not with its name, its purpose or its schedule. */
export function policyVersion(tier: Tier): string {
  const { rpoSeconds, graceSeconds, rtoSeconds, retentionSeconds, deleteAfterSeconds, reachSeconds } = tier;
  const { verify, drill, lock, offsite, encryption, consistency } = tier;
  const times = { rpoSeconds, graceSeconds, rtoSeconds, retentionSeconds, deleteAfterSeconds, reachSeconds };
  return digest({ ...times, verify, drill, lock, offsite, encryption, consistency }).slice(0, 8);
}

/** `[holdfast] home: tier 1, policy 3f9a12bc` */
export function markedComment(site: Site, tier: Tier): string {
  return `${MARK} ${siteInMark(site.name)}: tier ${tier.id}, policy ${policyVersion(tier)}`;
}

/** `[holdfast] home: traffic` */
export function markedTraffic(site: Site): string {
  return `${MARK} ${siteInMark(site.name)}: traffic`;
}

/** A site's name as a mark carries it. */
export function siteInMark(name: string): string {
  return name.slice(0, LONGEST_SITE_IN_MARK);
}

/** The note every recovery point of a tier carries: which guest, and which promise it was made under. PVE fills in the braces. */
export function notesTemplate(tier: Tier): string {
  return `{{guestname}} {{node}} {{vmid}} hf:tier=${tier.id},policy=${policyVersion(tier)}`;
}

/** The mark in a comment, or undefined where the comment carries none. */
export function readMark(comment: string): Mark | undefined {
  if (!comment.startsWith(MARK)) return undefined;
  const found = /^ (.+): (?:tier (\d+)\b|traffic$)/.exec(comment.slice(MARK.length));
  if (!found) return {};
  return { site: found[1]!, ...(found[2] !== undefined && { tier: Number(found[2]) }) };
}

/** Whether Holdfast made an object and may change it: both its id and its comment say so. */
export function isOurs(id: string, comment: string): boolean {
  return id.startsWith(ID_PREFIX) && readMark(comment) !== undefined;
}

/**
 * `hf-tier-1`; on a PBS that serves several sites of the policy, for all but the first of them, `hf-tier-1-office`.
 * A name that would be longer than PBS takes is cut and told apart by a digest.
 */
export function jobId(tier: TierId, siteSuffix?: string): string {
  return objectId(`tier-${tier}`, siteSuffix);
}

/** As `jobId`, for what belongs to no tier: `hf-office`. */
export function objectId(name: string, siteSuffix?: string): string {
  if (siteSuffix === undefined) return `${ID_PREFIX}${name}`;
  const plain = `${ID_PREFIX}${name}-${siteSuffix.replaceAll(/[^A-Za-z0-9._-]/g, '-')}`;
  if (plain.length <= LONGEST_PBS_ID && plain.endsWith(siteSuffix)) return plain;
  return `${plain.slice(0, LONGEST_PBS_ID - 7)}-${digest(siteSuffix).slice(0, 6)}`;
}

/** The suffix that keeps the ids of this site apart on a PBS it shares with a site that stands before it in the policy. */
export function siteSuffix(sites: readonly Site[], site: Site, pbsUrls: readonly string[]): string | undefined {
  const before = sites.slice(
    0,
    sites.findIndex(({ name }) => name === site.name),
  );
  const shares = before.some((other) => other.pbs.some(({ urls }) => urls.some((url) => pbsUrls.includes(url))));
  return shares ? site.name : undefined;
}
