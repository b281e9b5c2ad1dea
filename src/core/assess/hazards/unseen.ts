import type { Finding } from '../../finding.ts';
import type { Actual, Observed, Unknown } from '../../world/actual.ts';
import { onObject, type Hazard } from './context.ts';

/** A part of an observation that could not be read, and the server that would not say. */
export type Unseen = Unknown & { readonly server: string };

/** Everything that an observation lacks. A namespace that does not exist yet lacks nothing. */
export function unseenParts({ pve, pbs }: Actual): Unseen[] {
  const { nodes, guests, pools, storages, backupJobs, backupTasks } = pve;
  return [
    ...gapsOf('PVE', [guests, nodes, pools, storages, backupJobs, backupTasks]),
    ...pbs.flatMap(({ name, node, datastores, namespaces, pruneJobs, verifyJobs, syncJobs, tasks }) => {
      const groups = namespaces.map((one) => one.groups);
      return gapsOf(`PBS ${name}`, [datastores, ...groups, pruneJobs, verifyJobs, syncJobs, node, tasks]);
    }),
  ];
}

function gapsOf(server: string, parts: readonly Observed<unknown>[]): Unseen[] {
  return parts
    .flatMap((part) => (part.known ? part.gaps : [part.unknown]))
    .filter(({ kind, privilege }) => kind !== 'missing' && (kind !== 'empty' || privilege !== undefined))
    .map((unknown) => ({ ...unknown, server }));
}

const MOST_NAMED = 3;

/** One finding for all that a server would not say for one reason. */
export const unseenHazards: Hazard = (around) => {
  const byReason = new Map<string, Unseen[]>();
  for (const unseen of unseenParts(around.actual)) {
    const key = `${unseen.server} ${unseen.kind} ${unseen.privilege ?? ''} ${unseen.path ?? ''}`;
    byReason.set(key, [...(byReason.get(key) ?? []), unseen]);
  }
  return [...byReason.values()].map((list): Finding => {
    const [first] = list as [Unseen, ...Unseen[]];
    const names = [...new Set(list.map(({ what }) => what))];
    const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
    return onObject(around, first.server, {
      severity: 'error',
      code: 'HF-UNSEEN',
      problem: `It would not say: ${names.slice(0, MOST_NAMED).join(', ')}${more} (${first.because.trim()})`,
      why: 'what is not seen counts as unknown, never as well',
      fix: first.privilege
        ? `give the token ${first.privilege} on ${first.path ?? '/'}:\n    holdfast grants --for audit --site ${around.site.name}`
        : 'see what stands in the way:\n    holdfast doctor',
    });
  });
};
