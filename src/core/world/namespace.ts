/** `main:home/tier-1`, and `main:/` for the root. */
export function spellNamespace({ datastore, namespace }: { readonly datastore: string; readonly namespace: string }): string {
  return `${datastore}:${namespace || '/'}`;
}

/** How many levels a namespace lies below another, 0 where it is the same; undefined where it does not. The root is the empty name. */
export function depthBelow(namespace: string, top: string): number | undefined {
  if (namespace === top) return 0;
  if (top !== '' && !namespace.startsWith(`${top}/`)) return undefined;
  return namespace.slice(top === '' ? 0 : top.length + 1).split('/').length;
}

/** Whether a job of PBS works in a namespace: without `maxDepth` in everything below its own. */
export function reaches(
  { namespace: top, maxDepth }: { readonly namespace: string; readonly maxDepth?: number },
  namespace: string,
): boolean {
  const depth = depthBelow(namespace, top);
  return depth !== undefined && depth <= (maxDepth ?? Infinity);
}
