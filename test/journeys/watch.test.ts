import { afterAll, expect, test } from 'vitest';
import { startDaemon } from '#daemon/daemon.ts';
import { recordingLog, recordingNotifier } from '#daemon/testing/site.ts';
import { volatileMemory } from '#store/volatile.ts';
import { virtualTime } from '#test/virtual-time.ts';
import { startScenario } from './scenario.ts';

/** The daemon at the healthy company, on virtual time: each incident is told soon and once, its end too, and nothing else is. */

const HOUR = 3600;
const scenario = await startScenario('healthy-30', {
  site: 'company',
  assign: ['critical', 'app', 'dev', 'cache'].map((tag, index) => `{ tier: ${index + 1}, tags: [${tag}] }`),
});
const { lab, ports } = scenario;
scenario.write(
  `${scenario.text}alerts:\n  channels: { hook: { webhook: { url: "https://hook.example/" } } }\n  routes: [{ to: [hook] }]\n`,
);

let underWay = 0;
const counted = async <T>(work: Promise<T>): Promise<T> => {
  underWay += 1;
  return work.finally(() => (underWay -= 1));
};
const time = virtualTime({ idle: () => underWay === 0, onPass: (seconds) => lab.advance(seconds) });
const [notifier, log] = [recordingNotifier(), recordingLog()];
const loaded = await ports.policySource.load();
const { policy } = loaded;
const daemon = startDaemon({
  ports: {
    ...ports,
    timers: time,
    memory: volatileMemory(time.nowMs),
    log,
    notifier,
    // The file stays what it is: in these hours it would be read a thousand times.
    load: async () => loaded,
    examiner: { ...ports.examiner, examine: async () => [] },
    connect: (site) => {
      const open = ports.connect(site);
      return { ...open, observe: (previous) => counted(open.observe(previous)), pulse: () => counted(open.pulse()) };
    },
  },
  policy: policy!,
  replica: 'test',
  version: '0',
  allowed: new Set(),
});
afterAll(() => daemon.stop());

const told = (): string[] => notifier.sent.splice(0).map(({ subject }) => subject);
const pbs = lab.world.pbs['pbs']!;
const audit = pbs.access.users['holdfast@pbs']!.tokens['audit']!;
const groupOf = (name: string) =>
  Object.values(pbs.datastores['main']!.namespaces)
    .flatMap(({ groups }) => Object.values(groups))
    .find(({ id, type }) => `${type}/${id}` === name)!;

test('a night with its backups, in which all is well: nobody is told of anything', { timeout: 240_000 }, async () => {
  await time.pass(4 * HOUR);
  expect(told()).toEqual([]);
  expect(daemon.watching().sites[0]).toMatchObject({ state: 'watched', failures: 0, look: { outcome: 'complete' } });
});

test('the token of the PBS is revoked, and given back', async () => {
  const { secret } = audit;
  audit.secret = 'ffffffff-0000-4000-8000-000000000000';
  await time.pass(30);
  expect(told()).toEqual([expect.stringContaining('error: company: PBS pbs: The login holdfast@pbs!audit is refused')]);
  await time.pass(3600);
  expect(told()).toEqual([]);
  audit.secret = secret;
  await time.pass(30);
  expect(told()).toEqual([expect.stringContaining('over: company: PBS pbs: The login holdfast@pbs!audit is refused')]);
});

test('somebody deletes a point by hand', async () => {
  groupOf('vm/100').snapshots.splice(-3, 1);
  await time.pass(900);
  expect(told()).toEqual([expect.stringMatching(/error: company: vm\/100 .*gone .*: The point of .* of erp-db wen/)]);
});

test('hours later: nothing else was told', { timeout: 240_000 }, async () => {
  await time.pass(2 * HOUR);
  expect(told()).toEqual([]);
  expect(log.lines.filter(({ message }) => message.includes('failed') || message.includes('not written'))).toEqual([]);
});
