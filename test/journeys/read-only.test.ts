import { beforeAll, describe, expect, test } from 'vitest';
import { TOKENS } from '#lab/scenarios/access.ts';
import { grantWith } from '#test/grants.ts';
import { runHere, type Ran } from '#test/cli.ts';
import { startScenario, type Scenario } from './scenario.ts';

// Somebody makes two tokens that may only look, and sees how far these go.

const WITHOUT_APPLY = /, applyToken: "[^"]+"/g;
const SCENARIOS = [
  { name: 'adr-005', site: 'home', guest: 'postgres' },
  { name: 'healthy-30', site: 'company', guest: 'erp-db' },
] as const;

describe.each(SCENARIOS)('a read-only token on $name', ({ name, site, guest }) => {
  let scenario: Scenario;
  let policy: string;
  beforeAll(async () => {
    scenario = await startScenario(name);
    policy = scenario.text.replaceAll(WITHOUT_APPLY, '');
    scenario.write(policy);
    onlyLooks(scenario);
  });
  const holdfast = (line: string): Promise<Ran> => runHere(line.split(' '), { nowAt: scenario.lab.world.now, ports: scenario.ports });

  test('the policy names no login that writes', () => expect(policy).not.toContain('applyToken'));

  test.each([
    ['check', [0, 4]],
    ['plan', [0]],
    ['status', [0, 4]],
    [`explain ${guest}`, [0]],
    ['doctor', [0]],
  ] as const)('%s needs no more', async (line, codes) => {
    const before = JSON.stringify(scenario.lab.world.pve) + configOf(scenario);
    for (const form of [line, `${line} --json`]) {
      const { code, out, err } = await holdfast(form);
      expect(codes, `${form}\n${out}${err}`).toContain(code);
      expect(`${out}${err}`).not.toMatch(/HF-RIGHT|HF-PLAN-BLIND|HF-UNSEEN|HF-DATASTORE-UNSEEN/);
    }
    expect(JSON.stringify(scenario.lab.world.pve) + configOf(scenario)).toBe(before);
  });

  test('apply is refused on each server with the commands that make a login, and goes on when they were run', async () => {
    // healthy-30 is as its policy says: a tier more, and there is something to do on both servers.
    const tier = '  5: { name: extra, pool: tier-5, rpo: 24h, grace: 2h, rto: 4h, retention: 7d, schedule: "04:10" }\n';
    policy = policy.replace('assign:\n', `${tier}assign:\n`);
    scenario.write(policy);
    const before = configOf(scenario);
    const onPve = await refused('pve');
    expect(onPve).toMatchObject({
      kind: 'forbidden',
      privilege: expect.stringMatching(/^[A-Z]\w+\.[A-Z]/),
      path: expect.stringMatching(/^\//),
    });
    expect(configOf(scenario)).toBe(before);
    await follow('pve', onPve.fix);
    const onPbs = await refused('pbs');
    expect(onPbs).toMatchObject({ kind: 'forbidden', privilege: 'Datastore.Modify', path: expect.stringMatching(/^\/datastore\/main/) });
    await follow('pbs', onPbs.fix);
    const { code, out, err } = await holdfast('apply --yes');
    expect(`${code} ${out}${err}`).toMatch(/^[04] /);
    expect((await holdfast('plan --check')).code).toBe(0);
  });

  type Failed = {
    readonly kind: string;
    readonly privilege: string;
    readonly path: string;
    readonly message: string;
    readonly fix: string;
  };

  async function refused(server: 'pve' | 'pbs'): Promise<Failed> {
    const text = await holdfast('apply --yes');
    expect(text.code).toBe(5);
    const { code, out } = await holdfast('apply --yes --json');
    expect(code).toBe(5);
    const { failed } = JSON.parse(out) as { failed: Failed };
    expect(failed.fix).toContain(`the login lacks ${failed.privilege} on ${failed.path}`);
    expect(failed.fix).toContain(server === 'pve' ? 'pveum acl modify' : 'proxmox-backup-manager acl update');
    expect(text.out).toContain(failed.fix.split('\n')[1]);
    return failed;
  }

  /** Runs the printed commands, and names the new token in the policy as the fix says. */
  async function follow(server: 'pve' | 'pbs', fix: string): Promise<void> {
    const { access } = scenario.lab.world[server][server]!;
    const token = grantWith(access, server, fix);
    const variable = `NEW_${server.toUpperCase()}`;
    scenario.secrets[variable] = token;
    expect(fix).toContain(`sites.${site}.${server}.applyToken`);
    policy = policy.replace(new RegExp(`(\\n    ${server}: \\{)`), `$1 applyToken: "env:${variable}",`);
    scenario.write(policy);
  }
});

/** The lab's users lose all that is more than looking; the logins that write are gone. */
function onlyLooks({ lab }: Scenario): void {
  const pve = lab.world.pve['pve']!.access;
  const pbs = lab.world.pbs['pbs']!.access;
  delete pve.users['holdfast@pve']!.tokens['apply'];
  delete pbs.users['holdfast@pbs']!.tokens['apply'];
  delete pve.roles['HoldfastApply'];
  const look = (path: string, authId: string, role: string) => ({ path, authId, role, propagate: true });
  pve.acl = [look('/', TOKENS.pveAudit, 'PVEAuditor'), look('/', 'holdfast@pve', 'PVEAuditor')];
  pbs.acl = pbs.acl.filter(({ authId }) => authId.startsWith('pve@pbs'));
  for (const who of [TOKENS.pbsAudit, 'holdfast@pbs']) pbs.acl.push(look('/', who, 'Audit'), look('/remote', who, 'RemoteAudit'));
}

/** What a write could have changed. */
function configOf({ lab }: Scenario): string {
  const { jobs, pools, storages } = lab.world.pve['pve']!;
  const pbs = lab.world.pbs['pbs']!;
  return JSON.stringify([jobs, pools, storages, pbs.jobs, pbs.datastores, pbs.trafficControls]);
}
