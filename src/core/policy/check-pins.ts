import type { Finding } from '../finding.ts';
import type { DraftSite } from './draft.ts';

/** Fingerprints by address: each is of an address the server has, and where one address has one, all have. */
export function checkPins(site: DraftSite): Finding[] {
  const servers = [...(site.pve ? [{ at: 'pve', ...site.pve }] : []), ...site.pbs.map((pbs, i) => ({ at: `pbs.${i}`, ...pbs }))];
  return servers.flatMap(({ at, urls, fingerprint }): Finding[] => {
    if (urls === undefined || fingerprint === undefined || typeof fingerprint === 'string') return [];
    const base = { code: 'HF-PIN', at: `sites.${site.name}.${at}.fingerprint`, site: site.name } as const;
    const strange = Object.keys(fingerprint).filter((url) => !urls.includes(url));
    const bare = urls.filter((url) => fingerprint[url] === undefined);
    return [
      ...strange.map((url): Finding => ({
        ...base,
        severity: 'error',
        problem: `"${url}" has a fingerprint and is no address of this server`,
        why: 'the fingerprint is compared with nothing, and the address that was meant goes without',
        fix: `write it as it stands under "url": ${urls.join(', ')}`,
      })),
      ...(strange.length > 0 ? [] : bare).map((url): Finding => ({
        ...base,
        severity: 'warning',
        problem: `"${url}" has no fingerprint, the other addresses of this server have one`,
        why: 'a node whose certificate nobody vouches for is not talked to, so that this address does not help when the others are gone',
        fix: `look at its certificate and pin it:\n    holdfast trust ${url}`,
      })),
    ];
  });
}
