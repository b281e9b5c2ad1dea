/**
 * Verdicts against reading: 1,000,000 snapshots in 10,000 groups, pruned, and the same snapshots parsed as PBS lists them.
 * Both run in this process, namespace by namespace, so that neither profits from a warmer machine.
 */
import { zoneRules } from '#core/calendar/zone.ts';
import { report } from './result.ts';
import { prune, type PrunableSnapshot } from '#core/retention/prune.ts';

const NAMESPACES = 100;
const GROUPS = 100;
const SNAPSHOTS = 100;
const NEWEST_AT = 1_795_608_000;
const KEEP = { last: 3, daily: 14, weekly: 8, monthly: 12, yearly: 3 };

const zone = zoneRules('Europe/Vienna', 0, 0)!;
let parseMs = 0;
let pruneMs = 0;
let bytes = 0;
const marks: Record<string, number> = {};

for (let namespace = 0; namespace < NAMESPACES; namespace++) {
  const text = listing(namespace);
  bytes += text.length;
  const parseStart = performance.now();
  const rows = JSON.parse(text) as Row[];
  parseMs += performance.now() - parseStart;
  const groups = Map.groupBy(rows.map(snapshotOf), ({ group }) => group);
  const pruneStart = performance.now();
  for (const group of groups.values()) {
    for (const { mark } of prune(group, KEEP, zone)) marks[mark] = (marks[mark] ?? 0) + 1;
  }
  pruneMs += performance.now() - pruneStart;
}

const snapshots = NAMESPACES * GROUPS * SNAPSHOTS;
console.log(`${snapshots} snapshots, ${Math.round(bytes / snapshots)} bytes a row: ${JSON.stringify(marks)}`);
report({
  name: 'prune verdicts for 1,000,000 snapshots against JSON.parse of them',
  measured: `verdicts ${Math.round(pruneMs)} ms, JSON.parse ${Math.round(parseMs)} ms`,
  value: pruneMs / parseMs,
  limit: 0.5,
  unit: '×',
});

type Row = { readonly 'backup-id': string; readonly 'backup-time': number; readonly protected: boolean; readonly size?: number };

function snapshotOf(row: Row): PrunableSnapshot & { readonly group: string } {
  return { group: row['backup-id'], at: row['backup-time'], protected: row.protected, finished: row.size !== undefined };
}

/** A namespace as `GET /admin/datastore/{store}/snapshots` answers: no order, a manifest's worth of fields a row. */
function listing(namespace: number): string {
  const rows = [];
  for (let snapshot = 0; snapshot < SNAPSHOTS; snapshot++) {
    for (let group = 0; group < GROUPS; group++) {
      const at = NEWEST_AT - ((snapshot * 37) % SNAPSHOTS) * 86_400 - group * 61 - namespace;
      rows.push(row(namespace * GROUPS + group, at));
    }
  }
  return JSON.stringify(rows);
}

function row(id: number, at: number): unknown {
  return {
    'backup-id': String(100 + id),
    'backup-time': at,
    'backup-type': 'vm',
    comment: `guest-${id}, tier 1`,
    files: [
      { 'crypt-mode': 'none', filename: 'qemu-server.conf.blob', size: 417 },
      { 'crypt-mode': 'none', filename: 'drive-scsi0.img.fidx', size: 34_359_738_368 },
      { 'crypt-mode': 'none', filename: 'index.json.blob', size: 560 },
    ],
    owner: 'backup@pbs!hf-tier-1',
    protected: at % 97 === 0,
    size: 34_359_740_595,
    verification: { state: 'ok', upid: 'UPID:pbs:0000028B:0000049E:00000001:6741C2A4:verificationjob:main:root@pam:' },
  };
}
