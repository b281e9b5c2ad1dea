import { spellDuration } from '../units.ts';
import type { PbsAccess, Policy, Pressure, Site } from '../policy/policy.ts';

/** Sites, servers and places that are looked at no more. Logins, addresses and pins say how a site is reached, not what is promised. */
export function weakerSites(before: Policy, after: Policy): string[] {
  return before.sites.flatMap((site) => {
    const later = after.sites.find(({ name }) => name === site.name);
    if (!later) return [`site ${site.name} is removed: nothing there is watched any more`];
    const less = [...site.pbs.flatMap((pbs) => lessOfServer(site, pbs, later)), ...weakerPressure(site.pressure, later.pressure)];
    return less.map((text) => `site ${site.name}: ${text}`);
  });
}

function lessOfServer(site: Site, pbs: PbsAccess, later: Site): string[] {
  const now = later.pbs.find(({ name }) => name === pbs.name);
  // One that stands alone may get a name when a second one comes.
  if (!now && site.pbs.length === 1 && later.pbs.some(({ urls }) => urls.some((url) => pbs.urls.includes(url)))) return [];
  if (!now) return [`PBS ${pbs.name} is removed: the points there are watched no more`];
  const place = ({ datastore, namespace }: PbsAccess): string => `${datastore}${namespace === '' ? '' : `, namespace ${namespace}`}`;
  return [
    ...(place(now) === place(pbs) ? [] : [`on PBS ${pbs.name} points go to ${place(now)} instead of ${place(pbs)}; those that are there are watched no more`]), // prettier-ignore
    ...(pbs.verifyNew === true && now.verifyNew !== true ? [`PBS ${pbs.name} need not verify points as they arrive`] : []),
  ];
}

/** Tiers whose jobs may be suspended when a datastore fills, and how soon and for how long. */
function weakerPressure(was: Pressure | undefined, is: Pressure | undefined): string[] {
  if (!is) return [];
  const added = is.tiers.filter((tier) => !was?.tiers.includes(tier));
  const longer = (what: string, from: number, to: number): string[] =>
    to > from ? [`under pressure jobs are suspended ${what} ${spellDuration(to)} instead of ${spellDuration(from)}`] : [];
  return [
    ...added.map((tier) => `under pressure the job of tier ${tier} may be suspended`),
    ...(was
      ? [
          ...longer('from', was.belowSeconds, is.belowSeconds),
          ...longer('until there is room for', was.resumeSeconds, is.resumeSeconds),
          ...longer('for', was.forSeconds, is.forSeconds),
        ]
      : []),
  ];
}
