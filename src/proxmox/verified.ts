import type { BackupGroup, PbsTask, VerifyJob } from '#core/world/actual.ts';
import { reaches } from '#core/world/namespace.ts';

/** Tells for a group as it was last seen whether a verification since may have changed it. */
export type Touched = (store: string, namespace: string, group: BackupGroup) => boolean;

/**
 * Which groups the verifications of `tasks` may have changed. A job skips what it finds verified and not outdated, so
 * that a nightly job over ten thousand groups points at the few it will have read.
 */
export function touchedByVerification(tasks: readonly PbsTask[], jobs: readonly VerifyJob[]): Touched {
  const tests = tasks.filter(({ upid }) => upid.type.startsWith('verif')).map((task) => reach(task, jobs));
  return (store, namespace, group) => tests.some((test) => test(store, namespace, group));
}

function reach({ upid }: PbsTask, jobs: readonly VerifyJob[]): Touched {
  const cut = upid.id.indexOf(':');
  const store = cut < 0 ? upid.id : upid.id.slice(0, cut);
  const rest = cut < 0 ? '' : upid.id.slice(cut + 1);
  if (upid.type === 'verificationjob') {
    const job = jobs.find(({ id, datastore }) => id === rest && datastore === store);
    return (where, namespace, group) => where === store && (!job || (reaches(job, namespace) && reads(job, group, upid.startedAt)));
  }
  const named = /(?:^|\/)(vm|ct|host)\/([^/]+)(?:\/[0-9A-F]{8})?$/.exec(rest);
  if (!named) return (where) => where === store;
  const namespace = namespaceOf(rest.slice(0, named.index));
  return (where, at, group) =>
    where === store && group.type === named[1] && group.id === named[2] && (namespace === undefined || at === namespace);
}

/** `ns/home/ns/tier-2` → `home/tier-2`. The verification after a backup names no namespace: undefined. */
function namespaceOf(path: string): string | undefined {
  const parts = path.split('/');
  return parts[0] === 'ns' ? parts.filter((_, i) => i % 2 === 1).join('/') : undefined;
}

function reads(job: VerifyJob, group: BackupGroup, startedAt: number): boolean {
  if (!job.ignoreVerified) return true;
  return group.snapshots.some(({ verification }) => {
    if (!verification) return true;
    return job.outdatedAfterDays !== undefined && verification.at + job.outdatedAfterDays * 86_400 <= startedAt;
  });
}
