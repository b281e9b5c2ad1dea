import { digest } from '../digest.ts';
import { assign, type Assignment } from '../policy/assign.ts';
import type { Policy, Site, Tier } from '../policy/policy.ts';
import { spellCount, type UnixSeconds } from '../units.ts';
import type { Actual, Guest } from '../world/actual.ts';
import { lessOf } from './weaker-tiers.ts';

/** The guests by whom a change of `assign` is judged: the last look at each site that was looked at. */
export type Seen = { readonly actuals: readonly Pick<Actual, 'site' | 'pve'>[]; readonly now: UnixSeconds };

/** Most guests that one sentence names. */
const NAMED = 5;

/** Guests that get a lower promise, or none. Who has which tier is only known of guests that were seen; of a site nobody saw it is a doubt. */
export function weakerGuests(before: Policy, after: Policy, seen: Seen): string[] {
  return before.sites.flatMap((site) => {
    const later = after.sites.find(({ name }) => name === site.name);
    if (!later) return [];
    const guests = seen.actuals.find((actual) => actual.site === site.name)?.pve.guests;
    if (!guests?.known) return selectors(before) === selectors(after) ? [] : [unseen(site)];
    const falls = guests.value.flatMap((guest) => {
      const from = assign(before, { site, now: seen.now }, guest);
      const to = assign(after, { site: later, now: seen.now }, guest);
      const how = fallOf(tierIn(before, from), tierIn(after, to), { from, to });
      return how === undefined ? [] : [{ guest, how }];
    });
    const told = [...Map.groupBy(falls, ({ how }) => how)].map(
      ([how, of]) =>
        `site ${site.name}: ${spellGuests(
          of.map(({ guest }) => guest),
          how,
        )}`,
    );
    return guests.complete || selectors(before) === selectors(after) ? told : [...told, unseen(site)];
  });
}

function unseen({ name }: Site): string {
  return `site ${name}: other guests have other tiers, and which of them lose by it cannot be told, for not all could be seen`;
}

/** What decides who has which tier. */
function selectors({ assign: rules }: Policy): string {
  return digest(rules.map(({ at: _at, reason: _reason, ...rule }) => rule));
}

function tierIn({ tiers }: Policy, { configured }: Assignment): Tier | undefined {
  return configured.kind === 'tier' ? tiers.find(({ id }) => id === configured.tier) : undefined;
}

/** What a guest loses; undefined where it loses nothing, or where its own tier changed, which is told of the tier. */
function fallOf(
  from: Tier | undefined,
  to: Tier | undefined,
  said: { readonly from: Assignment; readonly to: Assignment },
): string | undefined {
  const until = excusedUntil(said.to);
  if (!to) {
    const was = excusedUntil(said.from);
    if (until !== undefined && (from || was === undefined || until > was))
      return `${from ? `from tier ${from.id} ` : ''}to no backup, accepted until ${until}`;
    return from ? `from tier ${from.id} (${from.name}) to no tier` : undefined;
  }
  if (!from || from.id === to.id) return undefined;
  const less = lessOf(from, to);
  return less.length === 0 ? undefined : `from tier ${from.id} (${from.name}) to tier ${to.id} (${to.name}): ${less.join(', ')}`;
}

function excusedUntil({ configured }: Assignment): string | undefined {
  return configured.kind === 'exception' ? configured.rule.until : undefined;
}

function spellGuests(guests: readonly Guest[], how: string): string {
  const names = guests.slice(0, NAMED).map(({ type, vmid, name }) => `${type}/${vmid}${name === '' ? '' : ` ${name}`}`);
  if (guests.length === 1) return `${names[0]} falls ${how}`;
  const more = guests.length > NAMED ? ` and ${guests.length - NAMED} more` : '';
  return `${spellCount(guests.length, 'guest')} (${names.join(', ')}${more}) fall ${how}`;
}
