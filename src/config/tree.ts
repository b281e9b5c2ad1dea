import type { Span } from './source.ts';

/** What a YAML file holds, with the place of everything. Aliases share their anchor's tree. */
export type Tree = MapTree | ListTree | ScalarTree;

export type MapTree = { readonly kind: 'map'; readonly entries: ReadonlyMap<string, Entry>; readonly span: Span };
export type ListTree = { readonly kind: 'list'; readonly items: readonly Tree[]; readonly span: Span };
export type ScalarTree = { readonly kind: 'scalar'; readonly value: Scalar; readonly span: Span };
export type Entry = { readonly key: Span; readonly value: Tree };
export type Scalar = string | number | boolean | null;

/** A way into a tree: keys of maps and indexes of lists. */
export type TreePath = readonly (string | number)[];

/** The tree as plain values. Safe for every key, `__proto__` included. */
export function toPlain(tree: Tree): unknown {
  if (tree.kind === 'scalar') return tree.value;
  if (tree.kind === 'list') return tree.items.map(toPlain);
  return Object.fromEntries([...tree.entries].map(([key, { value }]) => [key, toPlain(value)]));
}

/** What stands at a path, and the span of its key; stops at the last part that exists. */
export function find(tree: Tree, path: TreePath): { readonly tree: Tree; readonly key?: Span; readonly whole: boolean } {
  let at = tree;
  let key: Span | undefined;
  for (const part of path) {
    const next = step(at, part);
    // A place that allows one or several (`pbs:`, `url:`) is a list to its readers even where one stands alone.
    if (!next && part === 0 && at.kind !== 'list') continue;
    if (!next) return { tree: at, ...(key ? { key } : {}), whole: false };
    at = next.value;
    key = next.key ?? next.value.span;
  }
  return { tree: at, ...(key ? { key } : {}), whole: true };
}

function step(tree: Tree, part: string | number): { readonly value: Tree; readonly key?: Span } | undefined {
  if (tree.kind === 'map') return tree.entries.get(String(part));
  if (tree.kind === 'list' && typeof part === 'number' && tree.items[part]) return { value: tree.items[part] };
  return undefined;
}

/** `['tiers', '1', 'rpo']` → `tiers.1.rpo`. */
export function spellPath(path: TreePath): string {
  return path.join('.');
}

/** `tiers.1.rpo` → `['tiers', '1', 'rpo']`; numbers become indexes where the tree has a list. */
export function parsePath(text: string): TreePath {
  return text === '' ? [] : text.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
