import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GROUP, healthy, POINTS, testHazards, type Wrong } from '#test/healthy.ts';
import { makeGroup, makePbs, makePbsAccess, makeSyncJob, NOW, seen, seenInPart, unseen } from '#test/make.ts';
import type { BackupGroup, Observed, SyncJob } from '../../world/actual.ts';
import { assess } from '../assess.ts';

const DAY = 86_400;
const offsite = { remote: 'vault', withinSeconds: 2 * DAY, direction: 'push' as const };
const fresh = { schedule: 'hourly', lastRunEndedAt: NOW - 3600, lastRunState: 'OK' };
const pushed = (more: Partial<SyncJob> = {}): SyncJob =>
  makeSyncJob({ id: 'hf-tier-1', namespace: 'home/tier-1', remoteNamespace: 'home/tier-1', maxDepth: 0, ...fresh, ...more });
const vaultAccess = makePbsAccess({ name: 'vault', urls: ['https://vault.example:8007'], datastore: 'main', namespace: '' });
const site = { pbs: [makePbsAccess(), vaultAccess] };
const remote = (name: string, host: string) => ({ name, host, port: 8007, authId: 'sync@pbs', comment: '' });
const remotes = seen([remote('attic', 'attic.example'), remote('vault', 'vault.example')]);
/** The other server as it was seen, with what lies in `main:home/tier-1` there. */
const vault = (groups: Observed<readonly BackupGroup[]>, syncJobs: readonly SyncJob[] = []) =>
  makePbs({
    name: 'vault',
    namespaces: [
      { datastore: 'main', namespace: '', groups: seen([]) },
      { datastore: 'main', namespace: 'home/tier-1', groups },
    ],
    syncJobs: seen(syncJobs),
    remotes: seen([remote('home', 'pbs.lan')]),
  });

/** A push whose receiver nobody looks at. */
const blind = (syncJobs: Observed<readonly SyncJob[]>): Wrong => ({ tier: { offsite }, pbs: { syncJobs, remotes } });
/** A push whose receiver is looked at too. */
const both = (groups: Observed<readonly BackupGroup[]>, more: Partial<SyncJob> = {}): Wrong => ({
  tier: { offsite },
  site,
  pbs: { syncJobs: seen([pushed(more)]), remotes },
  servers: [vault(groups)],
});
const pull: Wrong = {
  tier: { offsite: { ...offsite, direction: 'pull' } },
  site,
  servers: [
    vault(seen([GROUP]), [
      makeSyncJob({
        id: 'pull',
        direction: 'pull',
        namespace: 'home/tier-1',
        remote: 'home',
        remoteDatastore: 'main',
        remoteNamespace: 'home/tier-1',
        ...fresh,
      }),
    ]),
  ],
};
const older = makeGroup({ snapshots: POINTS.slice(0, 2) });
const UNSEEN = 'HF-COPY-UNSEEN copy of tier 1';
const JOB = 'sync job hf-tier-1 on PBS pbs';

/** What is told, and how guest 101 stands. */
const cases = [
  { name: 'no copy is promised', wrong: {}, told: [], posture: 'protected' },
  { name: 'its job ended OK, and nobody looks at what arrived', wrong: blind(seen([pushed()])), told: [UNSEEN], posture: 'unknown' },
  { name: 'no job brings it', wrong: blind(seen([])), told: ['HF-OFFSITE-NONE copy of tier 1'], posture: 'at-risk' },
  {
    name: 'a job to another remote is no such job',
    wrong: blind(seen([pushed({ remote: 'attic' })])),
    told: ['HF-OFFSITE-NONE copy of tier 1'],
    posture: 'at-risk',
  },
  {
    name: 'a job of any name that goes over everything',
    wrong: blind(seen([pushed({ id: 'all', namespace: '', maxDepth: undefined as never })])),
    told: [UNSEEN],
    posture: 'unknown',
  },
  {
    name: 'sync jobs that may not be seen',
    wrong: blind(unseen({ privilege: 'Datastore.Audit', path: '/datastore' })),
    told: [UNSEEN, 'HF-UNSEEN PBS pbs'],
    posture: 'unknown',
  },
  {
    name: 'sync jobs with a remote are left out of the list',
    wrong: blind(seenInPart([], { kind: 'empty', privilege: 'Remote.Audit', path: '/remote' })),
    told: [UNSEEN, 'HF-UNSEEN PBS pbs'],
    posture: 'unknown',
  },
  {
    name: 'a copy that is late',
    wrong: blind(seen([pushed({ lastRunEndedAt: NOW - 3 * DAY })])),
    told: [`HF-OFFSITE-OLD ${JOB}`, UNSEEN],
    posture: 'unknown',
  },
  {
    name: 'a copy whose last run failed',
    wrong: blind(seen([pushed({ lastRunState: 'sync failed' })])),
    told: [`HF-OFFSITE-OLD ${JOB}`, UNSEEN],
    posture: 'unknown',
  },
  {
    name: 'a copy whose last run ended nobody knows how',
    wrong: blind(seen([pushed({ lastRunState: 'unknown' })])),
    told: [`HF-OFFSITE-OLD ${JOB}`, UNSEEN],
    posture: 'unknown',
  },
  { name: 'a copy that was seen where it lies', wrong: both(seen([GROUP])), told: [], posture: 'protected' },
  {
    name: 'a copy that was seen, though its job ended badly for others',
    wrong: both(seen([GROUP]), { lastRunState: 'sync failed' }),
    told: [`HF-OFFSITE-OLD ${JOB}`],
    posture: 'protected',
  },
  { name: 'an old copy, though its job ended OK', wrong: both(seen([older])), told: [], posture: 'at-risk' },
  { name: 'no copy, though its job ended OK', wrong: both(seen([])), told: [], posture: 'at-risk' },
  {
    name: 'a copy that may not be seen',
    wrong: both(unseen({ privilege: 'Datastore.Audit', path: '/datastore/main' })),
    told: [UNSEEN, 'HF-UNSEEN PBS vault'],
    posture: 'unknown',
  },
  {
    name: 'a copy that was seen below the site’s own namespace of the other server is no stray',
    wrong: { ...both(seen([GROUP])), site: { pbs: [makePbsAccess(), { ...vaultAccess, namespace: 'home' }] } },
    told: [],
    posture: 'protected',
  },
  { name: 'a copy that is pulled', wrong: pull, told: [], posture: 'protected' },
  {
    name: 'a copy that nobody pulls',
    wrong: { ...pull, servers: [vault(seen([older]))] },
    told: ['HF-OFFSITE-NONE copy of tier 1'],
    posture: 'at-risk',
  },
  {
    name: 'a copy that a server shall pull of which the policy says nothing',
    wrong: { ...pull, site: {}, servers: [] },
    told: [UNSEEN],
    posture: 'unknown',
  },
] as const satisfies readonly {
  readonly name: string;
  readonly wrong: Wrong;
  readonly told: readonly string[];
  readonly posture: string;
}[];

testHazards(cases);
for (const { name, wrong, posture } of cases) {
  test(`assess: ${name}`, () => {
    const { guests, findings } = assess(healthy(wrong));
    assert.deepEqual(
      guests.map((guest) => guest.posture),
      [posture],
      JSON.stringify([guests[0]?.because, findings]),
    );
  });
}

test('a copy that nobody sees and that was accepted until a day stands by its job alone', () => {
  const exceptions = [{ finding: 'HF-COPY-UNSEEN', on: 'copy of tier 1', reason: 'a tape', until: '2027-06-01' }];
  const posture = (more: Partial<SyncJob>): string | undefined =>
    assess(healthy({ ...blind(seen([pushed(more)])), policy: { exceptions } })).guests[0]?.posture;
  assert.deepEqual([posture({}), posture({ lastRunState: 'sync failed' })], ['protected', 'at-risk']);
});
