import type { GroupPlace, LedgerPoint } from '#core/memory/record.ts';
import type { Actual, BackupGroup, Observed, PbsActual } from '#core/world/actual.ts';
import { makeActual, makePbs, NOW } from './make.ts';

export const DAY = 86_400;
export const place: GroupPlace = { site: 'home', server: 'pbs', datastore: 'main', namespace: 'home/tier-1', type: 'vm', id: '101' };

/** A site whose one namespace holds these groups. */
export function site(groups: Observed<readonly BackupGroup[]>, pbs: Partial<PbsActual> = {}, asOf = NOW): Actual {
  return makeActual({ asOf, pbs: [makePbs({ namespaces: [{ datastore: 'main', namespace: 'home/tier-1', groups }], ...pbs })] });
}

/** A finished point of ten hours ago, promised for 30 days. */
export function point(fields: Partial<LedgerPoint> = {}): LedgerPoint {
  const at = fields.at ?? NOW - 10 * 3600;
  return {
    ...place,
    at,
    firstSeenAt: at + 3600,
    sizeBytes: 10 * 2 ** 30,
    tier: 1,
    notBeforeAt: at + 30 * DAY,
    policyVersion: 'f00dfeed',
    protected: false,
    ...fields,
  };
}
