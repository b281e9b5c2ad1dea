import { expect, test } from 'vitest';
import type { z } from 'zod';
import { problem } from '#server/api/schema/common.ts';
import { actDone, guestPage, guestsPage, type RecoveryPoint } from '#server/api/schema/guests.ts';
import { auditPage } from '#server/api/schema/watch.ts';
import type { GroupState, SnapshotState } from '#lab/pbs/state.ts';
import { startApi } from './rig.ts';

/** What a person has done to one point, over the wire to the PBS of the lab, and what is seen of it afterwards. */

const site = 'company';
const { time, get, post, lab, memory } = await startApi('healthy-30', undefined, (text) =>
  // One tier locks its points until their date.
  text.replace(/( {2}3: \{.*verify: \{[^}]*\}) \}/, '$1, lock: true }'),
);
lab.world.settings.manualTasks = 'timed';
await time.pass(120);
const guests = (await get('/guests?limit=1000', guestsPage)).items;
const pbs = lab.world.pbs['pbs']!;

const vmidOf = (name: string): number => guests.find((guest) => guest.name === name)!.vmid;
const pointsOf = async (name: string): Promise<readonly RecoveryPoint[]> =>
  (await get(`/guests/${site}/${vmidOf(name)}`, guestPage)).points;
const bodyOf = ({ server, datastore, namespace, at }: RecoveryPoint) => ({ server, datastore, namespace, at });
const groupOn = (name: string, { namespace }: RecoveryPoint): GroupState =>
  Object.values(pbs.datastores['main']!.namespaces[namespace]!.groups).find(({ id }) => id === String(vmidOf(name)))!;
const onPbs = (name: string, point: RecoveryPoint): SnapshotState => groupOn(name, point).snapshots.find((one) => one.time === point.at)!;
/** The last acts of the operator, newest first: Holdfast sets its locks meanwhile. */
const audited = async (most: number) =>
  (await get('/audit?limit=200', auditPage)).items
    .filter(({ by }) => by === 'the operator')
    .slice(0, most)
    .map(({ by, act, on, detail }) => ({ by, act, on, detail }));

async function act(name: string, what: 'verify' | 'protect', body: object): Promise<z.infer<typeof actDone>> {
  const response = await post(`/guests/${site}/${vmidOf(name)}/${what}`, body);
  expect(response.status).toBe(200);
  return actDone.parse(await response.json());
}

async function refused(name: string, what: 'verify' | 'protect', body: object): Promise<z.infer<typeof problem>> {
  return problem.parse(await (await post(`/guests/${site}/${vmidOf(name)}/${what}`, body)).json());
}

/** What is new in the list that PBS keeps of its tasks. */
const tasksFrom = (count: number) => pbs.tasks.slice(count).map(({ upid }) => upid);

test('verify: PBS reads just that point, and what came of it is seen in the points of the guest', async () => {
  const points = await pointsOf('erp-db');
  const point = points.at(-4)!;
  const tasks = pbs.tasks.length;
  const done = await act('erp-db', 'verify', { point: bodyOf(point) });
  expect(done).toMatchObject({ outcome: 'started', text: expect.stringMatching(/^the verification of the point of .* has begun$/) });
  expect(tasksFrom(tasks)).toEqual([done.upid]);
  await time.pass(300);
  const after = await pointsOf('erp-db');
  const seen = after.find(({ at }) => at === point.at)!;
  expect(seen.verified).toMatchObject({ state: 'ok' });
  expect(seen.verified!.at).toBeGreaterThan(point.verified?.at ?? 0);
  const others = (list: readonly RecoveryPoint[]) => list.filter(({ at }) => at !== point.at).map(({ at, verified }) => ({ at, verified }));
  expect(others(after)).toEqual(others(points));
  expect(await audited(1)).toEqual([
    {
      by: 'the operator',
      act: 'verify',
      on: expect.stringMatching(`^company: vm/${vmidOf('erp-db')} of `),
      detail: 'pbs main:company/tier-1',
    },
  ]);
});

test('verify: where no point is named it is the newest finished one; one that is damaged counts no more', async () => {
  const point = (await pointsOf('shop-db')).at(-1)!;
  onPbs('shop-db', point).corrupt = true;
  expect(await act('shop-db', 'verify', {})).toMatchObject({ outcome: 'started' });
  await time.pass(300);
  expect((await pointsOf('shop-db')).at(-1)).toMatchObject({ at: point.at, verified: { state: 'failed' }, counts: { usable: false } });
  onPbs('shop-db', point).corrupt = false;
});

test('verify: nothing is started beside another verification of the datastore', async () => {
  const tasks = pbs.tasks.length;
  expect(await act('mail', 'verify', {})).toMatchObject({ outcome: 'started' });
  expect(await act('vault', 'verify', {})).toMatchObject({ outcome: 'busy', text: expect.stringContaining('ask again when it has ended') });
  expect(tasksFrom(tasks)).toHaveLength(1);
  await time.pass(300);
});

test('protect: PBS keeps the point from then on, the page says by whom, and asking twice changes nothing', async () => {
  const point = (await pointsOf('erp-db')).at(-2)!;
  const body = { ...bodyOf(point), protect: true, reason: 'before the migration' };
  for (const _ of [1, 2])
    expect(await act('erp-db', 'protect', body)).toMatchObject({
      outcome: 'done',
      text: expect.stringContaining('is protected on pbs until'),
    });
  expect(onPbs('erp-db', point).protected).toBe(true);
  const seen = (await pointsOf('erp-db')).find(({ at }) => at === point.at)!;
  expect([seen.protected, seen.lockedAt]).toEqual([true, undefined]);
  expect(await audited(1)).toEqual([
    { by: 'the operator', act: 'protect', on: expect.stringContaining(`/${vmidOf('erp-db')} of `), detail: 'before the migration' },
  ]);
});

test('protect: what Holdfast locks until its date is a person’s from then on, and the others stay Holdfast’s', async () => {
  const [point, other] = (await pointsOf('staging')).slice(-2) as [RecoveryPoint, RecoveryPoint];
  expect([point.protected, point.lockedAt, other.lockedAt]).toEqual([true, expect.any(Number), expect.any(Number)]);
  await act('staging', 'protect', { ...bodyOf(point), protect: true, reason: 'for the auditors' });
  const group = { site, ...bodyOf(point), type: 'vm', id: String(vmidOf('staging')) } as const;
  await time.pass(90);
  const known = await memory.groupPoints(group);
  expect(known.find(({ at }) => at === point.at)).toMatchObject({ protected: true });
  expect(known.find(({ at }) => at === point.at)!.lockedAt).toBeUndefined();
  expect(known.find(({ at }) => at === other.at)!.lockedAt).toBe(other.lockedAt);
});

test('protect: a protection is not lifted from here: Holdfast lifts what it set itself', async () => {
  const point = (await pointsOf('erp-db')).at(-2)!;
  const answer = await refused('erp-db', 'protect', { ...bodyOf(point), protect: false, reason: 'no longer needed' });
  expect([answer.status, answer.detail]).toEqual([400, expect.stringContaining('lift it on the PBS')]);
  expect(onPbs('erp-db', point).protected).toBe(true);
});

const refusals = [
  {
    name: 'PBS does not answer',
    strike: () => lab.world.faults.push({ server: 'pbs', call: '^(POST|PUT) ', times: 1e9, kind: 'refused' }),
    mend: () => (lab.world.faults.length = 0),
    is: { status: 502, detail: /^pbs: cannot /, fix: /port 8006 \(PVE\) or 8007 \(PBS\)/ },
  },
  {
    name: 'its privileged part is down',
    strike: () => lab.world.faults.push({ server: 'pbs', call: '^(POST|PUT) ', times: 1e9, kind: 'daemon-down' }),
    mend: () => (lab.world.faults.length = 0),
    is: { status: 502, detail: /client error \(Connect\)/, fix: /systemctl restart proxmox-backup/ },
  },
  {
    name: 'the group is another login’s',
    strike: (group: GroupState) => (group.owner = 'root@pam'),
    mend: (group: GroupState) => (group.owner = 'pve@pbs!backup'),
    is: { status: 502, detail: /owner check failed/, fix: /belongs to another login/ },
  },
];
for (const { name, strike, mend, is } of refusals) {
  for (const what of ['verify', 'protect'] as const) {
    test(`${what}: ${name}: told with what to do, and written down as not done`, async () => {
      await time.pass(1);
      const point = (await pointsOf('wiki')).at(-1)!;
      const group = groupOn('wiki', point);
      strike(group);
      const tasks = pbs.tasks.length;
      const answer = await refused(
        'wiki',
        what,
        what === 'verify' ? { point: bodyOf(point) } : { ...bodyOf(point), protect: true, reason: 'year end' },
      );
      mend(group);
      expect([answer.status, answer.detail, answer.fix]).toEqual([
        is.status,
        expect.stringMatching(is.detail),
        expect.stringMatching(is.fix),
      ]);
      expect((await audited(2)).map((entry) => [entry.by, entry.act])).toEqual([
        ['the operator', `${what}-not-done`],
        ['the operator', what],
      ]);
      expect([tasksFrom(tasks), onPbs('wiki', point).protected]).toEqual([[], false]);
    });
  }
}

test('the right of the login was taken away: which one, where, and how to give it back', async () => {
  const point = (await pointsOf('wiki')).at(-1)!;
  const { acl } = pbs.access;
  const before = [...acl];
  acl.splice(0, acl.length, ...before.filter(({ role }) => role !== 'DatastoreBackup'));
  const answer = await refused('wiki', 'protect', { ...bodyOf(point), protect: true, reason: 'year end' });
  acl.splice(0, acl.length, ...before);
  expect([answer.status, answer.detail, answer.fix]).toEqual([
    502,
    expect.stringContaining('permission check failed'),
    expect.stringContaining('holdfast grants'),
  ]);
});

test('a point that went since the last look: 404 with what to do, no task is begun, and then the page has it as gone', async () => {
  const point = (await pointsOf('files')).at(-2)!;
  const group = groupOn('files', point);
  group.snapshots.splice(
    group.snapshots.findIndex(({ time: at }) => at === point.at),
    1,
  );
  const tasks = pbs.tasks.length;
  for (const [what, body] of [
    ['verify', { point: bodyOf(point) }],
    ['protect', { ...bodyOf(point), protect: true, reason: 'year end' }],
  ] as const) {
    const answer = await refused('files', what, body);
    expect([answer.status, answer.detail, answer.fix]).toEqual([
      404,
      expect.stringMatching(/^the point of .* has gone from pbs since the last look: /),
      expect.stringContaining('take another one'),
    ]);
  }
  expect(tasksFrom(tasks)).toEqual([]);
  await time.pass(90);
  expect((await pointsOf('files')).find(({ at }) => at === point.at)!.goneAt).toBeGreaterThan(0);
  expect(await refused('files', 'verify', { point: bodyOf(point) })).toMatchObject({ status: 404 });
});
