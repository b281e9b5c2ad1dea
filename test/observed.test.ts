import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sharedFolder } from './shared.ts';

const HAZARDS = 'src/core/assess/hazards';

/**
 * The ways in which a real Proxmox misleads, as `proxmox-observed.md` prints them in bold, and the tests that hold Holdfast, or the lab
 * where only it needs to know, against each: the file, and the name a test has there.
 */
const TESTS: readonly (readonly [bold: string, ...tests: (readonly [file: string, name: string])[]])[] = [
  [
    'Errors are plain text',
    ['lab/lab.test.ts', 'PBS: refusals are plain text that calls itself JSON'],
    ['src/proxmox/error.test.ts', 'PBS: no such datastore'],
  ],
  ['A missing privilege is 403', ['src/proxmox/error.test.ts', 'PBS: missing right as 400']],
  ['401', ['src/proxmox/error.test.ts', 'PBS: missing right as 401']],
  ['A grant works only after', ['test/journeys/doctor.test.ts', 'doctor asks again after the time a grant takes']],
  [
    'and',
    ['lab/pbs/pbs.test.ts', 'a token and its user both need the right'],
    ['src/core/rights/rights.test.ts', 'the token and its user get every right'],
  ],
  ['200 with an empty list', ['src/proxmox/observe.test.ts', 'a PBS token without any right gets 200 and empty lists: unknown']],
  ['400 `client error (Connect)`', ['src/proxmox/error.test.ts', 'PBS: privileged daemon is down']],
  [
    'Listing below a parent',
    ['src/proxmox/observe.test.ts', 'a namespace that does not exist is missing, although its own listing would name it'],
  ],
  [
    '`groups` counts unfinished',
    ['src/proxmox/observe.test.ts', 'a group counts its running backup'],
    ['src/core/assess/assess.test.ts', 'only an unfinished snapshot'],
  ],
  [
    'Deleting a group with one protected',
    ['lab/pbs/pbs.test.ts', 'deleting a group with one protected snapshot'],
    ['src/proxmox/carry-out.test.ts', 'a namespace with groups is not removed'],
  ],
  [
    'The server accepts prune jobs',
    [`${HAZARDS}/jobs.test.ts`, 'the server accepts a prune job whose date never comes'],
    [`${HAZARDS}/jobs.test.ts`, 'the server accepts a prune job whose datastore does not exist'],
  ],
  ['not after the job', ['lab/pbs/pbs.test.ts', 'the last state stands in its row']],
  ['A verify job ends OK', [`${HAZARDS}/points.test.ts`, 'a point failed verification, under a verify job that ends OK']],
  ['A synced snapshot carries', [`${HAZARDS}/points.test.ts`, 'the verification of a point is older than the point']],
  ['Two sync jobs into one namespace', [`${HAZARDS}/jobs.test.ts`, 'two syncs into one namespace, one with remove-vanished']],
  ["the server's task only says", ['src/core/world/tasklog.test.ts', 'a client that went away, as PBS tells it']],
  ['`total` is not', ['src/proxmox/wire.test.ts', 'as many tasks as rows']],
  [
    'The status of a UPID that never was',
    ['lab/pbs/pbs.test.ts', 'a task that never was is stopped'],
    [`${HAZARDS}/copies.test.ts`, 'a copy whose last run ended nobody knows how'],
  ],
  [
    '`status` can say `unknown`',
    ['src/core/world/tasklog.test.ts', 'a line after the last one'],
    ['lab/pbs/pbs.test.ts', 'though the list says why it failed'],
  ],
  ['Some checks answer 500', ['src/proxmox/error.test.ts', 'PVE: 400 inside a 500']],
  ['`POST /storage` with', ['src/proxmox/carry-out.test.ts', 'the secret key that PVE answers with goes no further']],
  ['accepted', ['lab/pve/pve.test.ts', 'a guest that is not there']],
  [
    '`/cluster/backup-info/not-backed-up`',
    [`${HAZARDS}/guests.test.ts`, 'only a disabled job names it'],
    [`${HAZARDS}/disks.test.ts`, 'every disk is left out'],
  ],
  [
    'A guest without any disk',
    [`${HAZARDS}/disks.test.ts`, 'every disk is left out, and each run ends OK'],
    ['src/core/assess/assess.test.ts', 'a backup without any disk'],
  ],
  ['The stopped holder', [`${HAZARDS}/disks.test.ts`, 'the stopped holder of a disk is saved while another guest writes to it']],
  ['the log has no TASK line', ['src/core/world/tasklog.test.ts', 'the lock of the node was not to be had']],
  [
    'storage content is 200',
    ['lab/pve/pve.test.ts', 'no content of a backup storage'],
    ['src/proxmox/observe.test.ts', 'points come from PBS'],
  ],
  ['`exec` of a command', ['src/proxmox/error.test.ts', 'PVE: connection behind it broke']],
  ['Suspend mode suspends first', [`${HAZARDS}/guests.test.ts`, 'mode suspend always skips the freeze']],
  [
    '200, empty',
    ['src/proxmox/observe.test.ts', 'DatastoreBackup alone sees only its own groups'],
    ['src/proxmox/observe.test.ts', 'without RemoteAudit the sync jobs with a remote'],
    ['src/proxmox/observe.test.ts', 'without Sys.Audit only own tasks'],
  ],
  ['yes', ['src/core/rights/rights.test.ts', 'watching and protecting cannot delete']],
  ['which can delete everything', ['test/journeys/doctor.test.ts', 'a watching token that could delete is told']],
  [
    'and Datastore.Allocate',
    ['src/core/rights/rights.test.ts', 'get every right that is needed'],
    ['test/journeys/plan-apply.test.ts', 'each kind of write names the right'],
  ],
];

test('each named test is there', () => {
  const missing = TESTS.flatMap(([, ...tests]) => tests).filter(([file, name]) => !readFileSync(file, 'utf8').includes(name));
  expect(missing).toEqual([]);
});

test('what misleads is not asked', () => {
  const asked = globSync('src/**/*.ts').filter((file) => /get\([^)]*backup-info/.test(readFileSync(file, 'utf8')));
  expect(asked).toEqual([]);
});

const shared = sharedFolder();
describe.skipIf(shared === undefined)('proxmox-observed.md', () => {
  test('each line printed bold has a named test, and each test a bold line', () => {
    const bold = [...readFileSync(join(shared ?? '', 'proxmox-observed.md'), 'utf8').matchAll(/\*\*([^*]+)\*\*/g)].map(([, text]) => text!);
    const begins = TESTS.map(([begin]) => begin);
    const without = bold.filter((text) => text !== 'Bold' && !begins.some((begin) => text.startsWith(begin)));
    expect([without, begins.filter((begin) => !bold.some((text) => text.startsWith(begin)))]).toEqual([[], []]);
  });
});
