import { describe, expect, test } from 'vitest';
import type { Memory, Notifier } from '#app/ports.ts';
import type { AlertRecord, CycleRecord, FindingLife } from '#core/memory/record.ts';
import type { Policy } from '#core/policy/policy.ts';
import { volatileMemory } from '#store/volatile.ts';
import { runHere, type Ran } from '#test/cli.ts';
import { makePolicy, makeSeedTiers, makeSite, NOW } from '#test/make.ts';

const HOUR = 3600;

function life(vmid: number, more: Partial<FindingLife> = {}): FindingLife {
  return {
    key: `HF-BROKEN home guest ${vmid}`,
    site: 'home',
    state: 'open',
    firstSeenAt: NOW - 3 * HOUR,
    lastSeenAt: NOW,
    openedAt: NOW - 3 * HOUR,
    finding: {
      severity: 'error',
      code: 'HF-BROKEN',
      at: `home: vm/${vmid} guest-${vmid}`,
      site: 'home',
      vmid,
      problem: 'The newest usable point is 1d 3h old, promised is 1d + 2h grace',
      why: 'a disk lost now takes more work with it than was promised',
      fix: `holdfast explain ${vmid}`,
    },
    ...more,
  };
}

async function remembered(lives: readonly FindingLife[], at = NOW - 60): Promise<Memory> {
  const memory = volatileMemory();
  const [lease] = await memory.leases.round('a', ['home'], 60);
  const record: CycleRecord = {
    site: 'home',
    at,
    look: { outcome: 'complete', seconds: 1 },
    points: [],
    tasks: [],
    lives,
    postures: [],
    usage: [],
    alerts: [],
    audit: [],
  };
  expect(await memory.record(lease!, record)).toBe('recorded');
  return memory;
}

const policy: Policy = makePolicy({
  sites: [makeSite({ name: 'home' })],
  tiers: makeSeedTiers(),
  alerts: {
    channels: [
      { name: 'mail', kind: 'email', to: ['ops@example.org'], from: 'h@example.org', server: 'smtps://mail:465' },
      { name: 'phone', kind: 'ntfy', url: 'https://ntfy.lan/x' },
    ],
    routes: [
      { index: 0, to: ['phone'], tiers: [1], also: true, severity: 'error' },
      { index: 1, to: ['mail'], also: false, severity: 'warning', digestMinute: 450 },
    ],
    quiet: { startMinute: 0, endMinute: 1439 },
  },
});

function shell(given: { readonly memory?: Memory; readonly notifier?: Notifier }): (...argv: string[]) => Promise<Ran> {
  const policySource = { load: async () => ({ policy, findings: [], file: 'holdfast.yaml' }) };
  return (...argv) => runHere(['alerts', ...argv], { nowAt: NOW, ports: { policySource, ...given } });
}

describe('holdfast alerts', () => {
  test('why each matters and what to do, where it is asked for, and always in JSON', async () => {
    const memory = await remembered([life(101)]);
    const run = shell({ memory });
    expect((await run()).out).not.toContain('Because');
    expect((await run('--details')).out).toContain(`  Because a disk lost now takes more work with it than was promised.
  Fix: holdfast explain 101
`);
    expect(JSON.parse((await run('--json')).out)).toMatchObject({
      sites: [{ lives: [{ finding: { why: 'a disk lost now takes more work with it than was promised', fix: 'holdfast explain 101' } }] }],
    });
  });

  test('what is open, with its key', async () => {
    const { code, out } = await shell({ memory: await remembered([life(101), life(102, { state: 'seen' })]) })();
    expect(code).toBe(0);
    expect(out).toBe(`home  looked at 1m ago

error HF-BROKEN at home: vm/101 guest-101
  The newest usable point is 1d 3h old, promised is 1d + 2h grace.
  open for 3h
  HF-BROKEN home guest 101

error HF-BROKEN at home: vm/102 guest-102
  The newest usable point is 1d 3h old, promised is 1d + 2h grace.
  seen once; it is told when the next look sees it too
  HF-BROKEN home guest 102
`);
  });

  test('a site nobody looked at is no calm site', async () => {
    const { code, out } = await shell({ memory: volatileMemory() })('list');
    expect(code).toBe(0);
    expect(out).toMatch(/no watch has looked in the last day/);
    expect(out).not.toMatch(/nothing is open/);
  });

  test('an old look is said to be old', async () => {
    const { out } = await shell({ memory: await remembered([], NOW - 5 * 3600) })();
    expect(out).toMatch(/last looked at 5h ago: what stands here may be over, and what came since is not seen/);
  });

  test('without a memory nothing is shown as calm', async () => {
    const { code, out, err } = await shell({})();
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/nothing has been remembered here/);
  });

  test('acknowledged, suppressed and taken back, each with its line in the audit log', async () => {
    const memory = await remembered([life(101)]);
    const run = shell({ memory });
    expect((await run('ack', 'guest 101', '--by', 'eva', '--reason', 'disk ordered')).out).toMatch(/is acknowledged: nobody is told again/);
    expect((await run()).out).toMatch(/open for 3h, acknowledged by eva: disk ordered/);
    expect((await run('suppress', 'guest 101', '--by', 'eva', '--reason', 'rebuilt', '--until', '7d')).out).toMatch(
      /is suppressed until 2026-12-02/,
    );
    expect((await run('reopen', 'guest 101', '--by', 'eva')).code).toBe(0);
    expect((await memory.audit(0)).map(({ act, by }) => [act, by])).toEqual([
      ['acknowledge', 'eva'],
      ['suppress', 'eva'],
      ['reopen', 'eva'],
    ]);
  });

  const REFUSED = [
    {
      name: 'for ever',
      argv: ['suppress', 'guest 101', '--by', 'eva', '--reason', 'x', '--until', '90d'],
      code: 5,
      err: /longer than anything may be silenced/,
    },
    { name: 'without a reason', argv: ['suppress', 'guest 101', '--by', 'eva'], code: 5, err: /needs a reason/ },
    {
      name: 'until no time',
      argv: ['suppress', 'guest 101', '--by', 'eva', '--reason', 'x', '--until', 'soon'],
      code: 5,
      err: /"soon" is neither a duration nor a day/,
    },
    { name: 'by nobody', argv: ['ack', 'guest 101'], code: 5, err: /Nobody is named/ },
    { name: 'which is not there', argv: ['ack', 'guest 999', '--by', 'eva'], code: 2, err: /nothing that is open is called "guest 999"/ },
    { name: 'where several are meant', argv: ['ack', 'guest 10', '--by', 'eva'], code: 2, err: /a part of several keys/ },
    { name: 'of no key', argv: ['ack'], code: 2, err: /say which finding is meant/ },
    { name: 'of no action', argv: ['silence'], code: 2, err: /unknown action 'silence'/ },
  ];
  for (const { name, argv, code, err } of REFUSED) {
    test(`refused: ${name}`, async () => {
      const ran = await shell({ memory: await remembered([life(101), life(102)]) })(...argv);
      expect(ran.code).toBe(code);
      expect(ran.err).toMatch(err);
    });
  }
});

describe('holdfast alerts test', () => {
  function receivers(arrives: Readonly<Record<string, 'arrived' | 'missing' | 'unasked'>>): Notifier & { readonly sent: AlertRecord[] } {
    const sent: AlertRecord[] = [];
    return {
      sent,
      send: async ({ name }, alert) =>
        name in arrives ? void sent.push(alert) : Promise.reject(new Error('mail answers 550: no such person')),
      arrived: async ({ name }) => arrives[name]!,
      beat: async () => {},
    };
  }

  test('each channel, past the routes', async () => {
    const notifier = receivers({ mail: 'unasked', phone: 'arrived' });
    const { code, out } = await shell({ notifier })('test');
    expect(code).toBe(0);
    expect(out).toBe(`  mail (email)  taken: the receiver took it; whether a person sees it, only that person knows
  phone (ntfy)  arrived: the receiver has it
`);
  });

  test('through: the routes decide, neither a digest nor quiet hours hold it back, and its end follows', async () => {
    const notifier = receivers({ mail: 'unasked', phone: 'arrived' });
    expect((await shell({ notifier })('test', '--through', '--tier', '4')).code).toBe(0);
    expect(notifier.sent.map(({ channel, severity }) => [channel, severity])).toEqual([
      ['mail', 'error'],
      ['mail', 'over'],
    ]);
  });

  test('what does not arrive is a failure', async () => {
    const { code, out } = await shell({ notifier: receivers({ phone: 'missing' }) })('test', '--through');
    expect(code).toBe(1);
    expect(out).toMatch(/phone \(ntfy\) {2}missing/);
    expect(out).toMatch(/mail \(email\) {2}failed: mail answers 550: no such person/);
  });

  test('a tier or a site nobody knows reaches nobody', async () => {
    const notifier = receivers({ mail: 'unasked', phone: 'arrived' });
    const { code, err } = await shell({ notifier })('test', '--through', '--tier', '9');
    expect([code, err]).toEqual([2, 'error: the policy has no such tier; it has 1, 2, 3, 4\n']);
    const ran = await shell({ notifier })('test', '--through', '--site', 'moon');
    expect([ran.code, ran.out]).toEqual([2, expect.stringContaining('The policy has no site "moon"')]);
    expect(notifier.sent).toEqual([]);
  });

  test('a channel nobody knows', async () => {
    const { code, err } = await shell({ notifier: receivers({}) })('test', '--channel', 'fax');
    expect([code, err]).toEqual([2, 'error: the policy has no such channel; it has mail, phone\n']);
  });
});
