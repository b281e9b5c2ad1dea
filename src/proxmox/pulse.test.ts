import { afterAll, expect, test } from 'vitest';
import { startLab } from '#lab/lab.ts';
import { SECRET_NAMES, secretsOf } from '#lab/scenarios/policy.ts';
import { makePbsAccess, makeSite } from '#test/make.ts';
import { worldOf } from '#test/worlds.ts';
import { connectSite } from './site.ts';

const lab = await startLab({ scenario: worldOf('healthy-30') });
const secrets = secretsOf(lab);
const site = connectSite(
  makeSite({
    pve: { urls: [lab.pve.url], fingerprint: lab.pve.fingerprint, token: `env:${SECRET_NAMES.pve}` },
    pbs: [makePbsAccess({ urls: [lab.pbs.url], fingerprint: lab.pbs.fingerprint, token: `env:${SECRET_NAMES.pbs}`, namespace: 'company' })],
  }),
  { now: () => lab.world.now, readSecret: async (ref) => ({ secret: secrets[ref.slice('env:'.length)]! }) },
);
afterAll(async () => {
  await site.close();
  await lab.close();
});

test('a pulse costs one request a server, and its sign stays while no task ends', async () => {
  const before = site.requests();
  const first = await site.pulse();
  expect(first.silent).toEqual([]);
  expect(site.requests() - before).toBe(2);
  lab.advance(60);
  expect(await site.pulse()).toEqual(first);
});

test('the sign changes when a backup has ended, and when a verification has', async () => {
  const signs = [await site.pulse()];
  for (let night = 0; night < 2; night++) {
    lab.advance(86_400);
    signs.push(await site.pulse());
  }
  expect(new Set(signs.map(({ sign }) => sign)).size).toBe(3);
});

test('a server that gives no answer is silent, the other is not; when it answers again nothing remains', async () => {
  lab.world.faults.push({ server: 'pbs', call: '.', times: 1e9, kind: 'refused' });
  expect((await site.pulse()).silent.map(({ server, trouble }) => `${server} ${trouble.kind}`)).toEqual(['pbs unreachable']);
  const look = await site.observe();
  expect([look.pve.guests.known, look.pbs[0]!.datastores.known]).toEqual([true, false]);
  lab.world.faults.length = 0;
  expect((await site.pulse()).silent).toEqual([]);
  expect((await site.observe()).pbs[0]!.datastores.known).toBe(true);
});
