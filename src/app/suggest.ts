import type { Finding } from '#core/finding.ts';
import { hasErrors } from '#core/finding.ts';
import { assign } from '#core/policy/assign.ts';
import { suggest as suggestTier, type Suggestable, type Suggestion } from '#core/policy/suggest/suggest.ts';
import type { Policy, Site, TierId } from '#core/policy/policy.ts';
import type { Guest, Unknown } from '#core/world/actual.ts';
import type { Ports } from './ports.ts';

export type GuestSuggestion = {
  readonly site: string;
  readonly vmid: number;
  readonly type: 'vm' | 'ct';
  readonly name: string;
  readonly suggestion: Suggestion;
};

export type Suggested = {
  readonly file: string;
  /** False where the policy could not be used; `findings` says why. */
  readonly understood: boolean;
  readonly guests: readonly GuestSuggestion[];
  /** Sites whose guests could not be read, or not all: about them nothing is said. */
  readonly unknown: readonly (Unknown & { readonly site: string })[];
  readonly findings: readonly Finding[];
};

/** Looks at every site and proposes a tier for each guest that no rule claims, or whose exception has ended. */
export async function suggest(ports: Pick<Ports, 'policySource' | 'connect' | 'clock'>): Promise<Suggested> {
  const { policy, findings, file } = await ports.policySource.load();
  if (!policy || hasErrors(findings)) return { file, understood: false, guests: [], unknown: [], findings };
  const looks = await Promise.all(policy.sites.map((site) => look(ports, policy, site)));
  return {
    file,
    understood: true,
    guests: looks.flatMap(({ guests }) => guests),
    unknown: looks.flatMap(({ unknown }) => unknown),
    findings,
  };
}

async function look(
  { connect, clock }: Pick<Ports, 'connect' | 'clock'>,
  policy: Policy,
  site: Site,
): Promise<Pick<Suggested, 'guests' | 'unknown'>> {
  const proxmox = connect(site);
  try {
    const { pve } = await proxmox.observe();
    if (!pve.guests.known) return { guests: [], unknown: [{ ...pve.guests.unknown, site: site.name }] };
    const unassigned = pve.guests.value.filter((guest) => {
      const { kind } = assign(policy, { site, now: clock.now() }, guest).configured;
      return kind === 'unassigned' || kind === 'expired';
    });
    const known = new Set(policy.tiers.map(({ id }) => id));
    const guests = unassigned.map((guest) => propose(site.name, guest, known));
    return { guests, unknown: pve.guests.gaps.map((gap) => ({ ...gap, site: site.name })) };
  } finally {
    await proxmox.close();
  }
}

function propose(site: string, guest: Guest, known: ReadonlySet<TierId>): GuestSuggestion {
  const { vmid, type, name } = guest;
  return { site, vmid, type, name, suggestion: suggestTier(suggestableOf(guest), known) };
}

/** What of a guest a tier is proposed by. Disks of unknown size are left out. */
export function suggestableOf({ name, type, vmid, tags, pool, notes, template, disks }: Guest): Suggestable {
  const disksGiB = disks.flatMap(({ sizeBytes }) => (sizeBytes === undefined ? [] : [sizeBytes / 2 ** 30]));
  return { name, type, vmid, tags, notes, template, disksGiB, ...(pool === undefined ? {} : { pool }) };
}

/** One line of `suggest --batch`: a guest as JSON in, a proposal as JSON out. */
export function suggestLine(line: string): string {
  const guest = readGuest(line);
  if (typeof guest === 'string') return JSON.stringify({ tier: null, confidence: 0, reasons: [], error: guest });
  const { tier, confidence, reasons } = suggestTier(guest);
  return JSON.stringify({ tier: tier ?? null, confidence, reasons });
}

/** The guest of a line, or what is wrong with the line. Parts of the wrong kind are left out: they are only hints. */
function readGuest(line: string): Suggestable | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'the line is no JSON';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'the line is no JSON object';
  const { name, type, vmid, tags, pool, disksGiB, notes } = value as Readonly<Record<string, unknown>>;
  if (typeof name !== 'string') return '"name" is missing or no text';
  return {
    name,
    type: type === 'ct' || type === 'lxc' ? 'ct' : 'vm',
    vmid: typeof vmid === 'number' ? vmid : 0,
    tags: tagList(tags),
    ...(typeof pool === 'string' && pool !== '' ? { pool } : {}),
    disksGiB: Array.isArray(disksGiB) ? disksGiB.filter((size): size is number => typeof size === 'number') : [],
    notes: typeof notes === 'string' ? notes : '',
  };
}

/** A list, or Proxmox's own form: one text with `;` or `,` between the tags. */
function tagList(tags: unknown): string[] {
  if (typeof tags === 'string') return tags.split(/[;, ]+/).filter((tag) => tag !== '');
  return Array.isArray(tags) ? tags.filter((tag): tag is string => typeof tag === 'string') : [];
}
