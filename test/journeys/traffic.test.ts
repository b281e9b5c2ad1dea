import { beforeEach, expect, test } from 'vitest';
import { TOKENS } from '#lab/scenarios/access.ts';
import type { Policy, TrafficRule } from '#core/policy/policy.ts';
import { runHere, type Ran } from '#test/cli.ts';
import { grantWith } from '#test/grants.ts';
import { makeRule, makeTier } from '#test/make.ts';
import { startJourney } from './site.ts';

// Limits of a PBS's traffic, from the policy to the server and back.

const journey = await startJourney('adr-005');
const { world } = journey.lab;
const pbs = () => world.pbs['pbs']!;
pbs().access.acl = pbs().access.acl.filter(({ authId }) => authId !== 'holdfast@pbs');
for (const [path, role] of [
  ['/', 'Audit'],
  ['/datastore', 'DatastoreAdmin'],
  ['/remote', 'RemoteSyncOperator'],
] as const)
  pbs().access.acl.push({ path, authId: 'holdfast@pbs', role, propagate: true });
const byHand = { name: 'guests', network: ['192.168.9.0/24'], 'rate-in': '5MiB' };
pbs().trafficControls['guests'] = byHand;
const begin = journey.save();
beforeEach(() => journey.restore(begin));

const OFFICE: TrafficRule = {
  name: 'office',
  networks: ['10.0.0.0/8', 'fd00::/8'],
  rateInBytesPerSecond: 100 * 2 ** 20,
  timeframes: ['mon..fri 08:00-18:00'],
};

function policyWith(...traffic: readonly TrafficRule[]): Policy {
  const plain = journey.policy({ tiers: [makeTier({ schedule: '04:00' })], assign: [makeRule({ guests: ['postgres'] })] });
  return { ...plain, sites: plain.sites.map((site) => ({ ...site, pbs: site.pbs.map((one) => ({ ...one, traffic })) })) };
}

function holdfast(line: string, policy: Policy): Promise<Ran> {
  return runHere(line.split(' '), { nowAt: world.now, ports: journey.ports(policy) });
}

/** The token of apply gets what the printed commands give. */
async function allow(policy: Policy): Promise<void> {
  const { out } = await holdfast('grants --for apply', policy);
  grantWith(
    pbs().access,
    'pbs',
    out
      .split('\n')
      .filter((line) => line.includes('acl update'))
      .join('\n'),
  );
}

test('a limit is planned, made, kept, changed and removed; what people made stays', async () => {
  const policy = policyWith(OFFICE);
  await allow(policy);
  expect((await holdfast('plan', policy)).out).toMatch(
    /\+ traffic control rule hf-office on pbs .*\n +→ traffic with 10\.0\.0\.0\/8, fd00::\/8: at most 100 MiB\/s in, mon\.\.fri 08:00-18:00/,
  );
  expect((await holdfast('apply --yes', policy)).code).toBe(0);
  expect(pbs().trafficControls['hf-office']).toEqual({
    name: 'hf-office',
    network: OFFICE.networks,
    timeframe: OFFICE.timeframes,
    'rate-in': '104857600 B',
    comment: '[holdfast] home: traffic',
  });
  expect((await holdfast('plan --check', policy)).code).toBe(0);

  pbs().trafficControls['hf-office']!['burst-in'] = '1GiB';
  const { timeframes: _, ...always } = OFFICE;
  const slower = policyWith({ ...always, rateInBytesPerSecond: 2 ** 20, rateOutBytesPerSecond: 2 ** 20 });
  expect((await holdfast('apply --yes', slower)).code).toBe(0);
  expect(pbs().trafficControls['hf-office']).toEqual({
    name: 'hf-office',
    network: OFFICE.networks,
    'rate-in': '1048576 B',
    'rate-out': '1048576 B',
    comment: '[holdfast] home: traffic',
  });
  expect((await holdfast('plan --check', slower)).code).toBe(0);

  const { out } = await holdfast('plan', policyWith());
  expect(out).toMatch(/- traffic control rule hf-office on pbs\n.*\n.*is no longer limited by it/);
  expect((await holdfast('apply --yes', policyWith())).code).toBe(0);
  expect(pbs().trafficControls).toEqual({ guests: byHand });
});

test('a rule of that name made by hand is left alone and told', async () => {
  const foreign = { name: 'hf-office', network: ['10.0.0.0/8'], comment: 'by anna' };
  pbs().trafficControls['hf-office'] = foreign;
  const { out } = await holdfast('plan', policyWith(OFFICE));
  expect(out).toContain('hf-office');
  expect(out).not.toContain('traffic control rule hf-office on pbs');
  expect(pbs().trafficControls['hf-office']).toEqual(foreign);
});

test('only who names a limit needs the right for it: doctor says so before apply, and the grant reaches rules alone', async () => {
  expect((await holdfast('grants --for apply', policyWith())).out).not.toContain('/ Admin --auth-id');
  const lacking = await holdfast('doctor', policyWith(OFFICE));
  expect([lacking.code, lacking.out]).toEqual([5, expect.stringContaining('Sys.Modify on /')]);
  const refused = await holdfast('apply --yes', policyWith(OFFICE));
  expect(refused.code).toBe(5);
  expect(refused.out).toContain('the login lacks Sys.Modify on /');
  expect(refused.out).toContain(`proxmox-backup-manager acl update / Admin --auth-id '${TOKENS.pbsApply}' --propagate false`);
  await allow(policyWith(OFFICE));
  expect((await holdfast('doctor', policyWith(OFFICE))).code).toBe(0);
  expect((await holdfast('apply --yes', policyWith(OFFICE))).code).toBe(0);
});
