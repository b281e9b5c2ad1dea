import type { RawStep } from './diff.ts';
import type { Weight } from './guard.ts';

/** A storage that is switched on, that leads elsewhere, or that encrypts from now on. */
export function weighStorage({ action, before, settings }: RawStep): Weight {
  const means: string[] = [];
  if (action === 'change' && settings['disable'] === false) means.push('runs that failed before their first guest make points again');
  const from = before?.['namespace'];
  const to = settings['namespace'];
  if (action === 'change' && to !== undefined)
    means.push(`new points go to namespace ${spellNamespace(to)}; those in ${spellNamespace(from)} stay there`);
  if (settings['encryption-key'] !== undefined) means.push('PVE makes a key and holds it alone: keep a copy outside of what it encrypts');
  return { means };
}

function spellNamespace(namespace: unknown): string {
  return typeof namespace === 'string' && namespace !== '' ? namespace : 'the root';
}

/** A datastore that no longer reads points on their arrival (`verify-new`) weakens; any other of its settings does not. */
export function weighDatastore({ before, settings, id }: RawStep): Weight {
  if (before?.['verify-new'] !== true || settings['verify-new'] !== false) return { means: [] };
  return { means: ['points are no longer read on arrival'], harm: 'weaken', name: `datastore-${id}` };
}
