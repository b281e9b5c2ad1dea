import { assess } from '#core/assess/assess.ts';
import { tellStory, type Story } from '#core/assess/story.ts';
import { closest } from '#core/closest.ts';
import type { Finding } from '#core/finding.ts';
import type { Guest } from '#core/world/actual.ts';
import { withSites } from './plan.ts';
import type { Ports } from './ports.ts';
import { look, type Look } from './status.ts';

export type Explained =
  | { readonly outcome: 'invalid'; readonly findings: readonly Finding[]; readonly file: string }
  /** No guest is called so. `unseen`: sites whose guests could not be read, so that it may be there all the same. */
  | { readonly outcome: 'missing'; readonly wanted: string; readonly near?: string; readonly unseen: readonly string[] }
  /** Several guests are called so; `which` names each of them alone. */
  | { readonly outcome: 'several'; readonly wanted: string; readonly which: readonly string[] }
  | { readonly outcome: 'explained'; readonly story: Story };

/**
 * Everything about one guest: `101`, `vm/101`, a name, or one of these after the site's name, `home/101`. Looks at every site the name
 * can mean, and changes nothing.
 */
export async function explain(ports: Ports, wanted: string): Promise<Explained> {
  return withSites(ports, async ({ policy, findings, file, proxmox }): Promise<Explained> => {
    if (!policy) return { outcome: 'invalid', findings, file };
    const named = policy.sites.filter(({ name }) => wanted.startsWith(`${name}/`));
    const sites = named.length > 0 ? named : policy.sites;
    const looks = await Promise.all(sites.map((site) => look(site, proxmox.get(site.name)!)));
    const all = looks.flatMap((one) => guestsOf(one).map((guest) => ({ look: one, guest })));
    const found = all.filter(({ look: { site }, guest }) =>
      isCalled(guest, named.length > 0 ? wanted.slice(site.name.length + 1) : wanted),
    );
    const [first] = found;
    if (found.length > 1)
      return { outcome: 'several', wanted, which: found.map(({ look: { site }, guest }) => `${site.name}/${guest.vmid}`) };
    if (!first?.look.actual) {
      const near = closest(
        wanted,
        all.flatMap(({ guest }) => [guest.name, String(guest.vmid)]),
      );
      const unseen = looks.filter(({ actual }) => !actual?.pve.guests.known).map(({ site }) => site.name);
      return { outcome: 'missing', wanted, unseen, ...(near !== undefined && { near }) };
    }
    const { site, actual } = first.look;
    const input = { policy, site, actual, now: ports.clock.now() };
    return { outcome: 'explained', story: tellStory(input, assess(input), first.guest) };
  });
}

function guestsOf({ actual }: Look): readonly Guest[] {
  return actual?.pve.guests.known ? actual.pve.guests.value : [];
}

function isCalled({ type, vmid, name }: Guest, word: string): boolean {
  return word === String(vmid) || word === `${type}/${vmid}` || word.toLowerCase() === name.toLowerCase();
}
