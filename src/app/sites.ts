import type { Finding } from '#core/finding.ts';
import type { Site } from '#core/policy/policy.ts';
import type { UnixSeconds } from '#core/units.ts';
import { examineSite, type SiteExamination } from './doctor.ts';
import type { Live } from './live.ts';
import { siteSources, type SiteSource } from './sources.ts';
import type { SiteWatched } from './watching.ts';

export type SiteHealth = {
  readonly site: Site;
  readonly source: SiteSource;
  readonly watched?: SiteWatched;
  readonly versions: ReadonlyMap<string, string>;
  readonly findings: readonly Finding[];
  /** What doctor found when somebody last asked. */
  readonly examined?: SiteExamination & { readonly at: UnixSeconds };
};

/** Codes that are about a site's servers and logins, not about its guests or tiers. */
const ABOUT_SERVERS = [
  'HF-UNSEEN',
  'HF-UNREACHABLE',
  'HF-LOGIN',
  'HF-RIGHT',
  'HF-VERSION',
  'HF-CERTIFICATE',
  'HF-CLOCK-DIFFERS',
  'HF-ZONE-DIFFERS',
];

export type Sites = {
  /** How each site of the policy is seen. Asks no server. */
  readonly list: () => Promise<readonly SiteHealth[]>;
  /** Asks each server of a site now, as doctor does, with the logins the daemon has; undefined where the policy has no such site. */
  readonly examine: (site: string) => Promise<SiteHealth | undefined>;
};

/** What was found is kept until it is asked for again. */
export function sitesOf(live: Live): Sites {
  const examined = new Map<string, SiteExamination & { readonly at: UnixSeconds }>();

  async function list(): Promise<readonly SiteHealth[]> {
    const sources = await siteSources(live);
    const watched = new Map(live.watching().sites.map((site) => [site.site, site]));
    return live.policy().sites.map((site, i): SiteHealth => {
      const [here, found, seen] = [watched.get(site.name), examined.get(site.name), live.seen(site.name)];
      const versions = (seen ? [{ name: 'pve', version: seen.pve.version }, ...seen.pbs] : []).flatMap(({ name, version }) =>
        version.known ? [[name, version.value.text] as const] : [],
      );
      const own = (here?.findings ?? []).filter(({ code, vmid }) => vmid === undefined && ABOUT_SERVERS.includes(code));
      return {
        site,
        source: sources[i]!,
        ...(here && { watched: here }),
        versions: new Map(versions),
        findings: [...own, ...(found?.findings ?? [])],
        ...(found && { examined: found }),
      };
    });
  }

  return {
    list,
    examine: async (name) => {
      const site = live.policy().sites.find((one) => one.name === name);
      if (!site) return undefined;
      const found = await examineSite(live, live.policy(), site);
      examined.set(name, { ...found, at: live.clock.now() });
      live.announce(['sites']);
      return (await list()).find((one) => one.site.name === name);
    },
  };
}
