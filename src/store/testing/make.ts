import type { Lease } from '#app/ports.ts';
import type { AlertRecord, AuditEntry, CycleRecord, FindingLife, LedgerPoint, PostureRecord } from '#core/memory/record.ts';

export const NOW = 1_795_608_000;
export const DAY = 86_400;
export const GROUP = { site: 'home', server: 'pbs', datastore: 'main', namespace: 'home/tier-1', type: 'vm', id: '101' } as const;

export function makePoint(point: Partial<LedgerPoint> = {}): LedgerPoint {
  return { ...GROUP, at: NOW, firstSeenAt: NOW + 60, protected: false, ...point };
}

export function makeCycle(cycle: Partial<CycleRecord> = {}): CycleRecord {
  const none = { points: [], tasks: [], lives: [], postures: [], usage: [], alerts: [], audit: [] };
  return { site: 'home', at: NOW, look: { outcome: 'complete', seconds: 1.25 }, ...none, ...cycle };
}

export function makeLife(life: Partial<FindingLife> = {}): FindingLife {
  const finding = {
    severity: 'error',
    code: 'HF-RPO',
    at: 'home: vm/101',
    problem: 'No point since Monday',
    why: 'a day is lost',
    fix: 'look at the job',
    site: 'home',
    vmid: 101,
  } as const;
  return { key: 'HF-RPO vm/101', site: 'home', finding, state: 'seen', firstSeenAt: NOW, lastSeenAt: NOW, ...life };
}

export function makePosture(posture: Partial<PostureRecord> = {}): PostureRecord {
  return { site: 'home', vmid: 101, name: 'postgres', tier: 1, at: NOW, posture: 'protected', because: 'all holds', ...posture };
}

export function makeAlert(alert: Partial<AlertRecord> = {}): AlertRecord {
  const words = { subject: 'postgres is at risk', text: 'No point since Monday.\n', severity: 'error', keys: ['HF-RPO vm/101'] } as const;
  return { id: 'a1', site: 'home', at: NOW, channel: 'mail', dueAt: NOW, ...words, ...alert };
}

export function makeEntry(entry: Partial<AuditEntry> = {}): AuditEntry {
  return { at: NOW, by: 'holdfast', act: 'protect', on: 'pbs main/home/tier-1 vm/101', detail: 'until 2026-12-27', ...entry };
}

export function expectLease(leases: readonly Lease[], site = 'home'): Lease {
  const lease = leases.find((held) => held.site === site);
  if (!lease) throw new Error(`no lease of ${site} among ${JSON.stringify(leases)}`);
  return lease;
}
