import { beforeEach, describe, expect, test } from 'vitest';
import { makeRule, makeSeedTiers } from '#test/make.ts';
import { runHere, type Ran } from '#test/cli.ts';
import { TOKENS } from '#lab/scenarios/access.ts';
import { startTestServer } from '#test/https.ts';
import type { Policy } from '#core/policy/policy.ts';
import { startJourney } from './site.ts';

const journey = await startJourney('adr-005');
const site = { pve: journey.lab.pve, pbs: journey.lab.pbs };
const policy = journey.policy({ tiers: makeSeedTiers(), assign: [makeRule({ index: 0, tier: 1, names: ['*'] })] });
const begin = journey.save();
beforeEach(() => journey.restore(begin));

type Report = {
  logins: { server: string; login: string; reachable: boolean; rights: { privilege: string; held: boolean | null }[] }[];
  findings: { code: string; at: string; problem: string; fix: string; severity: string }[];
};

function holdfast(argv: readonly string[], given: Policy = policy, secrets: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const { examiner, ...ports } = journey.ports(given, secrets);
  // A grant is not waited for: the lab's clock stands still.
  const quick = { ...examiner, examine: (where: Policy['sites'][number]) => examiner.examine(where, { waitSeconds: 0 }) };
  return runHere(argv, { nowAt: journey.lab.world.now, ports: { ...ports, examiner: quick } });
}

async function doctor(given?: Policy, secrets?: Readonly<Record<string, string>>): Promise<Report & { code: number }> {
  const { code, out } = await holdfast(['doctor', '--json'], given, secrets);
  return { ...(JSON.parse(out) as Report), code };
}

const codes = ({ findings }: Report): string[] => findings.filter(({ severity }) => severity === 'error').map(({ code }) => code);
const withSite = (change: (one: Policy['sites'][number]) => Partial<Policy['sites'][number]>): Policy => ({
  ...policy,
  sites: policy.sites.map((one) => ({ ...one, ...change(one) })),
});

describe('doctor', () => {
  test('every login of a site is seen, with the rights it needs', async () => {
    const report = await doctor();
    expect(report.logins.map(({ server, login, reachable }) => [server, login, reachable])).toEqual([
      ['pve', 'token', true],
      ['pve', 'applyToken', true],
      ['pbs', 'token', true],
      ['pbs', 'applyToken', true],
      ['pbs', 'backupToken', true],
    ]);
    expect(
      report.logins
        .filter(({ login }) => login === 'token')
        .flatMap(({ rights }) => rights)
        .every(({ held }) => held),
    ).toBe(true);
  });

  test('a right that is missing is named with the command that grants it, and the exit code says so', async () => {
    const { access } = journey.lab.world.pbs['pbs']!;
    access.acl = access.acl.filter(({ authId, role }) => authId !== TOKENS.pbsAudit || role !== 'RemoteAudit');
    const report = await doctor();
    const [missing] = report.findings.filter(({ code }) => code === 'HF-RIGHT');
    expect(missing).toMatchObject({
      at: 'home: pbs (token)',
      problem: expect.stringContaining('Remote.Audit on /remote'),
      fix: expect.stringContaining('holdfast grants --for audit'),
    });
    expect([codes(report), report.code]).toEqual([['HF-RIGHT'], 5]);
  });

  test('a watching token that could delete is told', async () => {
    const { access } = journey.lab.world.pbs['pbs']!;
    access.acl.push({ path: '/datastore/main', authId: TOKENS.pbsAudit, role: 'DatastoreAdmin', propagate: true });
    expect((await doctor()).findings.map(({ code }) => code)).toContain('HF-LOGIN-DELETES');
  });

  test('a secret that is wrong, one server only', async () => {
    const report = await doctor(policy, { HOLDFAST_PVE_TOKEN: 'holdfast@pve!audit=00000000-0000-4000-8000-999999999999' });
    expect([codes(report), report.code]).toEqual([['HF-LOGIN'], 1]);
    expect(report.logins.filter(({ reachable }) => !reachable)).toHaveLength(1);
  });

  test('another certificate than the pinned one: nothing is sent, and it is told with the one that was shown', async () => {
    const impostor = await startTestServer((_, response) => response.end('{"data":{}}'));
    try {
      const report = await doctor(withSite(({ pbs }) => ({ pbs: pbs.map((one) => ({ ...one, urls: [impostor.url] as const })) })));
      expect(codes(report)).toContain('HF-CERTIFICATE');
      expect(report.findings.find(({ code }) => code === 'HF-CERTIFICATE')?.fix).toContain(impostor.fingerprint);
      expect(impostor.requests).toEqual([]);
    } finally {
      await impostor.close();
    }
  });

  test('a clock that is off and a zone that is another', async () => {
    journey.lab.world.pbs['pbs']!.clockAheadSeconds = -3600;
    journey.lab.world.pbs['pbs']!.timeZone = 'America/New_York';
    const report = await doctor();
    expect(report.findings.filter(({ at }) => at === 'home: pbs').map(({ code, problem }) => [code, problem])).toEqual([
      ['HF-CLOCK-DIFFERS', "The clock of pbs is 1h behind this machine's"],
      ['HF-ZONE-DIFFERS', 'pbs runs in America/New_York, the policy says Europe/Vienna'],
    ]);
  });

  test('nothing that answers', async () => {
    const report = await doctor(withSite(({ pve }) => ({ pve: { ...pve, urls: ['https://127.0.0.1:9'] } })));
    expect(report.findings.filter(({ code }) => code === 'HF-UNREACHABLE').map(({ at }) => at)).toEqual(['home: pve']);
  });

  test('a server that is too old', async () => {
    journey.lab.world.pve['pve']!.version = { release: '7.4', repoid: '3a1c2b4d', version: '7.4-17' };
    expect(codes(await doctor())).toEqual(['HF-VERSION']);
  });
});

test('doctor asks again after the time a grant takes, and is content with what it then finds', async () => {
  const { examiner, ...ports } = journey.ports(policy);
  const waited: number[] = [];
  const late = {
    ...examiner,
    examine: async (where: Policy['sites'][number], { waitSeconds }: { readonly waitSeconds: number }) => {
      waited.push(waitSeconds);
      const seen = await examiner.examine(where, { waitSeconds: 0 });
      return waitSeconds === 0 ? seen.map((one) => ({ ...one, rights: {} })) : seen;
    },
  };
  const { code } = await runHere(['doctor'], { nowAt: journey.lab.world.now, ports: { ...ports, examiner: late } });
  expect([code, waited]).toEqual([0, [0, 6]]);
});

describe('trust', () => {
  test('shows the certificate, and that it is the pinned one', async () => {
    const { code, out } = await holdfast(['trust', site.pbs.url]);
    expect([code, out.includes(site.pbs.fingerprint), out.includes('This is the certificate that sites.home.pbs pins.')]).toEqual([
      0,
      true,
      true,
    ]);
  });

  test('a server the policy does not name: prints the line to pin it', async () => {
    const server = await startTestServer((_, response) => response.end('x'));
    try {
      const { code, out } = await holdfast(['trust', server.url]);
      expect([code, server.requests]).toEqual([0, []]);
      expect(out).toContain(`{ url: "${server.url}", fingerprint: "${server.fingerprint}", … }`);
    } finally {
      await server.close();
    }
  });

  test('another certificate than the policy pins: exit code 4', async () => {
    const other = withSite(({ pbs }) => ({ pbs: pbs.map((one) => ({ ...one, fingerprint: site.pve.fingerprint })) }));
    const { code, out } = await holdfast(['trust', site.pbs.url], other);
    expect([code, out.includes('This is not the certificate that sites.home.pbs pins.')]).toEqual([4, true]);
  });
});

describe('grants, upid and tasklog', () => {
  test('grants before there is a policy', async () => {
    const { code, out } = await runHere(['grants', '--for', 'lock', '--datastore', 'main', '--namespace', 'home', '--json'], { nowAt: 0 });
    const { sites } = JSON.parse(out) as { sites: { grants: { commands: { run: string }[] }[] }[] };
    expect(code).toBe(0);
    expect(sites[0]!.grants.flatMap(({ commands }) => commands.map(({ run }) => run))).toEqual([
      'proxmox-backup-manager user create pve@pbs',
      'proxmox-backup-manager user generate-token pve@pbs backup',
      "proxmox-backup-manager acl update /datastore/main/home DatastoreBackup --auth-id 'pve@pbs'",
      "proxmox-backup-manager acl update /datastore/main/home DatastoreBackup --auth-id 'pve@pbs!backup'",
    ]);
  });

  test('grants for a site the policy does not have', async () => {
    const { code, err } = await holdfast(['grants', '--site', 'nowhere']);
    expect([code, err]).toEqual([2, 'error: the policy has no site "nowhere"; it has home\n']);
  });

  test('upid --batch answers each line in order, the broken ones too', async () => {
    const lines = ['{"upid":"UPID:pve1:000063F1:0003616F:6B042EF7:vzdump:201:root@pam:"}', '{"upid":"x"}', '{', '{"upid":1}'];
    const { code, out } = await runHere(['upid', '--batch'], { nowAt: 0, lines });
    expect([
      code,
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ]).toEqual([
      1,
      [
        {
          valid: true,
          product: 'pve',
          node: 'pve1',
          pid: 25_585,
          pstart: 221_551,
          startTime: 1_795_436_279,
          type: 'vzdump',
          id: '201',
          user: 'root@pam',
        },
        { valid: false },
        { error: 'this line is no JSON' },
        { error: '"upid" must be a text' },
      ],
    ]);
  });

  test('tasklog --batch', async () => {
    const log =
      'INFO: starting new backup job: vzdump 101\nINFO: Starting Backup of VM 101 (qemu)\nERROR: Backup of VM 101 failed - got timeout\nTASK ERROR: job errors';
    const { code, out } = await runHere(['tasklog', '--batch'], {
      nowAt: 0,
      lines: [JSON.stringify({ log }), JSON.stringify({ log: '', running: true })],
    });
    expect([code, out]).toEqual([
      0,
      '{"overall":"failed","guests":[{"vmid":101,"result":"failed","error":"got timeout"}]}\n{"overall":"running","guests":[]}\n',
    ]);
  });
});
