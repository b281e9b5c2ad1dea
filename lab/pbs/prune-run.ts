import type { World } from '../world.ts';
import { utcText } from '../zone.ts';
import { dropSnapshot, groupPath, namespacesBelow } from './content.ts';
import { pruneGroup, type PruneMark, type PruneOptions } from './prune.ts';
import { ownedBy } from './rights.ts';
import { KEEPS } from './schemas.ts';
import type { GroupState, PbsState, PruneWork, Task } from './state.ts';
import { logTo } from './tasks.ts';

export type Keeps = Readonly<Record<string, unknown>>;

/** `keep-daily` … of a job or a request. */
export function keepOptionsOf(options: Keeps): PruneOptions {
  const keep: Record<string, number> = {};
  for (const name of KEEPS) if (typeof options[name] === 'number') keep[name.slice('keep-'.length)] = options[name];
  return keep;
}

/** Prunes a namespace and what is below it, into the task's log. The status the task ends with. */
export function pruneNamespaces(world: World, pbs: PbsState, { task, scope }: { readonly task: Task; readonly scope: PruneWork }): string {
  const { store, ns, maxDepth, options, dryRun } = scope;
  const log = (...lines: string[]) => logTo(world, pbs, { task, lines });
  const where = ns === '' ? 'root namespace' : `namespace '${ns}'`;
  const down = maxDepth === undefined ? 'down to full depth' : maxDepth === 0 ? 'non-recursive' : `to depth ${maxDepth}`;
  log(`Starting datastore prune on datastore '${store}', ${where}, ${down}`);
  if (dryRun) log('(dry test run)');
  const keep = keepOptionsOf(options);
  const nothing = Object.keys(keep).length === 0;
  if (nothing) log('No prune selection - keeping all files.');
  else log(`retention options: ${optionText({ ns, maxDepth, options })}`);
  const datastore = pbs.datastores[store]!;
  if (!datastore.namespaces[ns]) return 'ENOENT: No such file or directory';
  for (const path of namespacesBelow(datastore, ns, maxDepth)) {
    for (const group of Object.values(datastore.namespaces[path]!.groups)) {
      if (scope.owner !== undefined && !ownedBy(group.owner, scope.owner)) continue;
      if (nothing) continue;
      log(`Pruning group ${path}:"${group.type}/${group.id}"`);
      for (const { time, mark } of marksOf(pbs, group, keep)) {
        const verb = mark === 'removed' ? 'remove' : mark === 'kept' ? 'keep' : mark === 'protected' ? 'keep protected' : 'keep partial';
        log(`${dryRun ? 'would ' : ''}${verb} ${group.type}/${group.id}/${utcText(time)}`);
        if (mark === 'removed' && !dryRun) {
          log(`removing backup snapshot "${datastore.config['path']}/${groupPath(path, `${group.type}/${group.id}`)}/${utcText(time)}"`);
          dropSnapshot(pbs, { store, ns: path, group, time });
        }
      }
    }
  }
  return nothing ? 'WARNINGS: 1' : 'OK';
}

type OneGroup = {
  readonly task: Task;
  readonly store: string;
  readonly ns: string;
  readonly group: GroupState;
  readonly keep: PruneOptions;
};

/** Prunes one group, into the task's log. */
export function pruneOneGroup(world: World, pbs: PbsState, { task, store, ns, group, keep }: OneGroup): void {
  const name = `${group.type}/${group.id}`;
  for (const { time, mark } of marksOf(pbs, group, keep)) {
    const word = mark === 'removed' ? 'remove' : mark === 'kept' ? 'keep' : mark === 'protected' ? 'protected' : 'keep-partial';
    logTo(world, pbs, { task, lines: [`${name}/${utcText(time)} ${word}`] });
    if (mark !== 'removed') continue;
    logTo(world, pbs, {
      task,
      lines: [`removing backup snapshot "${pbs.datastores[store]!.config['path']}/${groupPath(ns, name)}/${utcText(time)}"`],
    });
    dropSnapshot(pbs, { store, ns, group, time });
  }
}

export type Marked = { readonly time: number; readonly mark: PruneMark; readonly protected: boolean };

/** What would become of each snapshot, oldest first. One that is being written is never touched. */
export function marksOf(pbs: PbsState, group: GroupState, keep: PruneOptions): readonly Marked[] {
  const snapshots = group.snapshots.map((one) => ({ time: one.time, protected: one.protected, finished: hasManifest(one.state) }));
  const marks = pruneGroup(snapshots, keep, pbs.timeZone);
  return group.snapshots.map((one, index) => ({
    time: one.time,
    mark: one.state === 'running' ? 'kept-partial' : marks[index]!,
    protected: one.protected,
  }));
}

/** A manifest nobody can read is a manifest all the same. */
function hasManifest(state: string): boolean {
  return state === 'finished' || state === 'broken';
}

export function optionText({
  ns,
  maxDepth,
  options,
}: {
  readonly ns: string;
  readonly maxDepth?: number | undefined;
  readonly options: Keeps;
}): string {
  const parts = ns === '' ? [] : [`--ns ${ns}`];
  if (maxDepth !== undefined) parts.push(`--max-depth ${maxDepth}`);
  for (const name of KEEPS) if (typeof options[name] === 'number') parts.push(`--${name} ${options[name]}`);
  return parts.join(' ');
}
