import type { World } from '../world.ts';
import { utcText } from '../zone.ts';
import { groupPath, namespacesBelow } from './content.ts';
import { addNamespace, type DatastoreState, type PbsState, type Task } from './state.ts';
import { logTo } from './tasks.ts';

export type Move = { readonly store: string; readonly ns: string; readonly target: string; readonly name: string; readonly merge: boolean };

/** What PBS refuses before it makes a task. https://pbs.proxmox.com/docs/storage.html#backup-namespaces */
export function checkMove(datastore: DatastoreState, { ns, target, name, merge }: Move): string | undefined {
  if (ns === target) return 'source and target namespace must be different';
  if (!datastore.namespaces[target]) return `target namespace '${target}' does not exist`;
  if (!datastore.namespaces[ns]?.groups[name]) return `group '${name}' does not exist in namespace '${ns}'`;
  if (!merge && datastore.namespaces[target].groups[name]) {
    return `group '${name}' already exists in target namespace '${target}' and merge-group is disabled`;
  }
  return undefined;
}

/** Moves a group with everything that belongs to it; merges only newer snapshots after older ones. Status of the task. */
export function moveGroup(
  world: World,
  pbs: PbsState,
  { task, datastore, move }: { readonly task: Task; readonly datastore: DatastoreState; readonly move: Move },
): string {
  const { store, ns, target, name } = move;
  const log = (...lines: string[]) => logTo(world, pbs, { task, lines });
  const source = datastore.namespaces[ns]!.groups[name]!;
  const present = datastore.namespaces[target]!.groups[name];
  for (const [path, group] of [
    [ns, source],
    [target, present],
  ] as const) {
    if (group?.lock === undefined) continue;
    const lock = `/run/proxmox-backup/locks/${store}/${path.replaceAll('/', ':')}/${name.replace('/', '-')}`;
    return `unable to acquire backup group lock "${lock}": Unable to acquire lock "${lock}" - Resource temporarily unavailable (os error 11)`;
  }
  log(`${present ? 'merging' : 'moving'} group '${name}' from '${ns}' to '${target}'`);
  if (present) {
    const cannot = `cannot merge group '${name}' from '${ns}' into '${target}'`;
    if (present.owner !== source.owner) return `${cannot}: owner mismatch (source: ${source.owner}, target: ${present.owner})`;
    const oldest = source.snapshots[0]?.time ?? Infinity;
    const conflict = present.snapshots.findLast(({ time }) => time >= oldest);
    if (conflict) {
      log(`oldest source snapshot: ${utcText(oldest)}`, `conflicting target snapshot: ${utcText(conflict.time)}`);
      return `${cannot}: snapshot time mismatch`;
    }
    present.snapshots.push(...source.snapshots);
  } else datastore.namespaces[target]!.groups[name] = source;
  delete datastore.namespaces[ns]!.groups[name];
  log(`removing backup group "${datastore.config['path']}/${groupPath(ns, name)}"`);
  return 'OK';
}

type MoveAll = { readonly task: Task; readonly datastore: DatastoreState; readonly ns: string; readonly target: string };

/** Moves a whole subtree. Status of the task. */
export function moveNamespace(world: World, pbs: PbsState, { task, datastore, ns, target }: MoveAll): string {
  const paths = namespacesBelow(datastore, ns);
  logTo(world, pbs, { task, lines: [`moving namespace '${ns}' -> '${target}': ${paths.length} namespace(s)`] });
  let failed = false;
  for (const path of paths) {
    const to = `${target}${path.slice(ns.length)}`;
    addNamespace(datastore, to);
    for (const name of Object.keys(datastore.namespaces[path]!.groups)) {
      const move = { store: String(datastore.config['name']), ns: path, target: to, name, merge: true };
      const status = moveGroup(world, pbs, { task, datastore, move });
      if (status === 'OK') continue;
      failed = true;
      logTo(world, pbs, { task, lines: [`failed to move group '${name}': ${status}`] });
    }
  }
  if (failed) return 'not all groups could be moved';
  for (const path of paths.toReversed()) delete datastore.namespaces[path];
  return 'OK';
}
