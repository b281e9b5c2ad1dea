import type { SiteSource } from '#app/sources.ts';
import type { Finding } from '#core/finding.ts';
import type { z } from 'zod';
import type { FindingJson, siteSource } from './schema/common.ts';

/* What the API says of values of the application: the fields of its schemas and no others. */

/** A finding with its six fields, what it is about, and where in a policy file it stands. */
export function findingOf({ severity, code, at, problem, why, fix, site, vmid, tier, place }: Finding): FindingJson {
  return {
    severity,
    code,
    at,
    problem,
    why,
    fix,
    ...(site !== undefined && { site }),
    ...(vmid !== undefined && { vmid }),
    ...(tier !== undefined && { tier }),
    ...(place && { place: { file: place.file, line: place.line, column: place.column, length: place.length } }),
  };
}

type Source = { readonly from: SiteSource['from']; readonly asOf?: number; readonly unseen: string[] };

/** Where what is told of a site is from. */
export function sourceOf({ from, asOf, unseen }: SiteSource): Source {
  return { from, ...(asOf !== undefined && { asOf }), unseen: [...unseen] };
}

/** The same of several sites, each with its name and zone, and whether it was seen whole. */
export function sourcesOf(sources: readonly SiteSource[]): z.input<typeof siteSource>[] {
  return sources.map((source) => ({ ...sourceOf(source), site: source.site, timeZone: source.timeZone, whole: source.whole }));
}
