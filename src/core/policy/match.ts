import type { Guest } from '../world/actual.ts';
import type { AssignRule } from './policy.ts';

/** What a rule looks at; a part of `Guest`, so that a guest that is only planned can be asked about too. */
export type Assignable = Pick<Guest, 'vmid' | 'name' | 'type' | 'node' | 'tags' | 'pool' | 'template'> & {
  readonly disks: readonly { readonly storage?: string }[];
};

/**
 * Whether a rule claims a guest of a site: every kind of selector it has must match, one value of a kind is enough.
 * A rule without any selector claims everybody. Names are compared as DNS does, without regard to case.
 */
export function matchesRule(rule: AssignRule, site: string, guest: Assignable): boolean {
  return (
    any(rule.sites, (name) => name === site) &&
    any(rule.guests, (one) => (typeof one === 'number' ? one === guest.vmid : same(one, guest.name))) &&
    any(rule.names, (pattern) => matchesPattern(pattern, guest.name)) &&
    any(rule.tags, (tag) => guest.tags.some((own) => same(tag, own))) &&
    any(rule.pools, (pool) => pool === guest.pool) &&
    any(rule.nodes, (node) => same(node, guest.node)) &&
    any(rule.types, (type) => type === guest.type) &&
    any(rule.storages, (storage) => guest.disks.some((disk) => disk.storage === storage))
  );
}

/** How narrowly a rule chooses: 3 names guests one by one, 2 by a pattern of names, 1 by anything else, 0 takes everybody, `*` among it. */
export function precision(rule: AssignRule): 0 | 1 | 2 | 3 {
  if (rule.guests) return 3;
  if (rule.names && !rule.names.some((pattern) => /^\*+$/.test(pattern))) return 2;
  return rule.tags || rule.pools || rule.nodes || rule.types || rule.storages || rule.sites ? 1 : 0;
}

/** `*` stands for any text, `?` for one character; everything else for itself. Takes time in proportion to both lengths. */
export function matchesPattern(pattern: string, name: string): boolean {
  const want = pattern.toLowerCase();
  const have = name.toLowerCase();
  let at = 0;
  let star = -1;
  let resume = 0;
  let i = 0;
  while (i < have.length) {
    if (at < want.length && want[at] !== '*' && (want[at] === '?' || want[at] === have[i])) {
      at++;
      i++;
    } else if (want[at] === '*') {
      star = at++;
      resume = i;
    } else if (star !== -1) {
      at = star + 1;
      i = ++resume;
    } else return false;
  }
  while (want[at] === '*') at++;
  return at === want.length;
}

/** The selectors of a rule in words: `names "postgres*" and tags "prod"`. */
export function spellSelectors(rule: AssignRule): string {
  const kinds = ['guests', 'names', 'tags', 'pools', 'nodes', 'types', 'storages', 'sites'] as const;
  const parts = kinds.flatMap((kind) => {
    const values = rule[kind];
    return values ? [`${kind} ${values.map((value) => (typeof value === 'number' ? value : `"${value}"`)).join(', ')}`] : [];
  });
  return parts.length === 0 ? 'every guest' : parts.join(' and ');
}

function any<T>(values: readonly T[] | undefined, matches: (value: T) => boolean): boolean {
  return values === undefined || values.some(matches);
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
