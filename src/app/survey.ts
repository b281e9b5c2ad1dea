import { coverageOf, takes } from '#core/plan/coverage.ts';
import type { SecretRef, Site } from '#core/policy/policy.ts';
import { suggest, type Suggestion } from '#core/policy/suggest/suggest.ts';
import type { Actual, Guest, Storage, Unknown } from '#core/world/actual.ts';
import type { Ports } from './ports.ts';
import { suggestableOf } from './suggest.ts';

/** The tiers a first policy has; a tag `tier-7` says nothing to it. */
const FIRST_TIERS = new Set([1, 2, 3, 4]);

export type SurveyOptions = {
  readonly site: string;
  readonly pveUrl: string;
  readonly pveToken: SecretRef;
  /** Where PVE has a storage on a PBS, that one is taken when nothing is said. */
  readonly pbsUrl?: string;
  readonly datastore?: string;
  readonly namespace?: string;
};

/** A server as it answers, before anybody said that it is the right one. */
export type FoundServer = {
  readonly url: string;
  /** To be compared and pinned; absent where an authority vouches for the certificate. */
  readonly pin?: string;
};

export type SurveyedGuest = Pick<Guest, 'vmid' | 'type' | 'name'> & {
  readonly suggestion: Suggestion;
  /** Enabled jobs that take it today; none: nothing protects it. Undefined where jobs or pools could not be read. */
  readonly jobs: readonly string[] | undefined;
};

/** What a site is like before Holdfast: enough to write its first policy. */
export type Survey = {
  readonly site: string;
  readonly timeZone: string;
  readonly pve: FoundServer;
  /** Undefined where neither was one named nor does PVE have a storage on one. */
  readonly pbs?: FoundServer & { readonly datastore: string; readonly namespace: string };
  /** PBS's address as the nodes see it, where it is another than ours. */
  readonly serverForNodes?: string;
  readonly guests: readonly SurveyedGuest[];
  readonly unknown: readonly Unknown[];
};

/**
 * Looks at a site of which only the address and a token are known: guests and what they look like, jobs that take them today, and
 * the PBS that PVE uses. Changes nothing. Throws ProxmoxError where PVE does not answer.
 */
export async function survey(ports: Pick<Ports, 'connect' | 'examiner' | 'clock'>, options: SurveyOptions): Promise<Survey> {
  const pve = await findServer(ports, options.pveUrl);
  const actual = await look(ports, siteOf(options, pve));
  const storage = actual.pve.storages.known ? mostUsed(actual.pve.storages.value) : undefined;
  const pbsUrl = options.pbsUrl ?? (storage?.pbs && `https://${storage.pbs.server}:${storage.pbs.port}`);
  const found = pbsUrl === undefined ? undefined : await findServer(ports, pbsUrl);
  const guests = actual.pve.guests.known ? actual.pve.guests.value.filter(({ template }) => !template) : [];
  return {
    site: options.site,
    timeZone: zoneOf(actual),
    pve,
    ...(found && {
      pbs: { ...found, datastore: options.datastore ?? storage?.pbs?.datastore ?? 'main', namespace: options.namespace ?? options.site },
    }),
    ...(storage?.pbs && found && storage.pbs.server !== new URL(found.url).hostname && { serverForNodes: storage.pbs.server }),
    guests: guests.map((guest) => surveyGuest(guest, actual)),
    unknown: [actual.pve.guests, actual.pve.backupJobs, actual.pve.pools].flatMap((part) => (part.known ? part.gaps : [part.unknown])),
  };
}

async function findServer({ examiner }: Pick<Ports, 'examiner'>, url: string): Promise<FoundServer> {
  const { fingerprint, doubt } = await examiner.showCertificate(url);
  return { url: new URL(url).origin, ...(doubt !== undefined && { pin: fingerprint }) };
}

function siteOf({ site, pveToken }: SurveyOptions, { url, pin }: FoundServer): Site {
  return {
    name: site,
    timeZone: 'UTC',
    pve: { urls: [url], token: pveToken, ...(pin !== undefined && { fingerprint: pin }) },
    pbs: [],
    places: 'holdfast',
  };
}

async function look({ connect }: Pick<Ports, 'connect'>, site: Site): Promise<Actual> {
  const proxmox = connect(site);
  try {
    return await proxmox.observe();
  } finally {
    await proxmox.close();
  }
}

/** The storage on a PBS that stands first by name: what PVE backs up to today. */
function mostUsed(storages: readonly Storage[]): Storage | undefined {
  return storages.filter(({ pbs, enabled }) => pbs && enabled).toSorted((a, b) => (a.id < b.id ? -1 : 1))[0];
}

/** The zone of the nodes; that of the first by name where they differ. */
function zoneOf({ pve }: Actual): string {
  const nodes = pve.nodes.known ? pve.nodes.value.toSorted((a, b) => (a.name < b.name ? -1 : 1)) : [];
  return nodes.find(({ timeZone }) => timeZone !== undefined)?.timeZone ?? 'UTC';
}

function surveyGuest(guest: Guest, actual: Actual): SurveyedGuest {
  const { vmid, type, name } = guest;
  const coverage = coverageOf(actual);
  const jobs = coverage && [...coverage.jobs].filter(([, job]) => takes(job, guest, coverage)).map(([id]) => id);
  return { vmid, type, name, suggestion: suggest(suggestableOf(guest), FIRST_TIERS), jobs };
}
