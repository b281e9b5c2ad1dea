import { answerAlert, listAlerts, type AlertAct, type AlertAnswer, type AlertsList } from '#app/alerts.ts';
import { testAlerts, type AlertsTestOptions } from '#app/test-alerts.ts';
import { isOn, text, type Command, type Context, type Flags } from '../command.ts';
import { askServer, SERVER_OPTIONS } from '../daemon.ts';
import { answeredText, livesText, testText } from '../views/alerts.ts';
import { findingsText } from '../views/finding.ts';
import { NO_MEMORY } from '../views/memory.ts';

type Action = (context: Context, args: readonly string[], flags: Flags) => Promise<number>;
const ACTIONS: Readonly<Record<string, Action>> = { list, ack, suppress, reopen, test };

export const alerts: Command = {
  name: 'alerts',
  summary: 'What the watch has found, and a person’s word on it. Asks no server.',
  args: [
    { name: '[ACTION]', help: 'list (if none is given), ack, suppress, reopen, test' },
    { name: '[KEY]', help: 'ack, suppress, reopen: which one, by its key or a part that only one key has' },
  ],
  options: [
    { flags: '--site NAME', help: 'list, test: only this site' },
    { flags: '--details', help: 'list: also why each matters and what to do' },
    { flags: '--over DAYS', help: 'list: also what ended in so many days' },
    { flags: '--reason TEXT', help: 'suppress: why nobody need be told; ack: what is being done' },
    { flags: '--until WHEN', help: 'suppress: its end, a duration or a day, at most 30 days away' },
    { flags: '--by NAME', help: 'who says so; the user of this machine if not given' },
    { flags: '--channel NAME', help: 'test: only this channel, past all routes' },
    { flags: '--through', help: 'test: plant a failure, follow it through the routes to its receivers, and its end after it' },
    { flags: '--tier NUMBER', help: 'test --through: of this tier; the first if not given' },
    ...SERVER_OPTIONS,
  ],
  examples: [
    { run: 'holdfast alerts', does: 'what is open at each site' },
    { run: 'holdfast alerts --details', does: 'the same, with why it matters and what to do' },
    { run: 'holdfast alerts ack "guest 101" --reason "new disk ordered"', does: 'nobody is told again unless it grows worse' },
    { run: 'holdfast alerts suppress "guest 104" --until 7d --reason "rebuilt this week"', does: 'nobody is told for a week' },
    { run: 'holdfast alerts test --through --tier 1', does: 'whether a failure of tier 1 reaches those it should' },
  ],
  exits: {
    0: 'shown, written down, or each test arrived or was taken',
    1: 'a test did not reach its receiver, or no watch has remembered anything here',
    2: 'the policy is invalid, or no finding or several are meant',
    5: 'this may not be said: too long, or without a reason',
  },

  async run(context, [action = 'list', ...args], flags) {
    const act = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    if (act) return act(context, args, flags);
    context.out.error(`error: unknown action '${action}'; there are: ${Object.keys(ACTIONS).join(', ')}`);
    return 2;
  },
};

async function list(context: Context, _args: readonly string[], flags: Flags): Promise<number> {
  const { ports, out } = context;
  const overDays = Number(text(flags, 'over') ?? 0);
  if (!Number.isInteger(overDays) || overDays < 0 || overDays > 400) {
    out.error('error: --over takes whole days, at most 400');
    return 2;
  }
  const site = text(flags, 'site');
  const asked = await askServer(context, flags, { path: '/alerts', query: { site, overDays: String(overDays) } });
  if (asked && 'exitCode' in asked) return asked.exitCode;
  const listed = asked ? (asked.value as AlertsList) : await listAlerts(ports, { overDays, ...(site === undefined ? {} : { site }) });
  if (listed.outcome !== 'listed') return refuse(out, listed);
  const now = ports.clock.now();
  const details = isOn(flags, 'details');
  out.result(listed.sites, (sites, paint, width) => livesText(sites, { now, width, details }, paint), { sites: listed.sites });
  return 0;
}

function ack(context: Context, [key = '']: readonly string[], flags: Flags): Promise<number> {
  const reason = text(flags, 'reason');
  return answered(context, key, flags, { act: 'ack', ...(reason === undefined ? {} : { reason }) });
}

function suppress(context: Context, [key = '']: readonly string[], flags: Flags): Promise<number> {
  return answered(context, key, flags, { act: 'suppress', reason: text(flags, 'reason') ?? '', until: text(flags, 'until') ?? '7d' });
}

function reopen(context: Context, [key = '']: readonly string[], flags: Flags): Promise<number> {
  return answered(context, key, flags, { act: 'reopen' });
}

async function answered(context: Context, key: string, flags: Flags, act: AlertAct): Promise<number> {
  const { ports, out, env } = context;
  if (key === '') {
    out.error('error: say which finding is meant, by its key:\n    holdfast alerts list');
    return 2;
  }
  const by = text(flags, 'by') ?? env['SUDO_USER'] ?? env['USER'] ?? '';
  const asked = await askServer(context, flags, { path: '/alerts', body: { key, act } });
  if (asked && 'exitCode' in asked) return asked.exitCode;
  const result = asked ? (asked.value as AlertAnswer) : await answerAlert(ports, key, { ...act, by });
  if (result.outcome === 'answered') {
    out.result(result, ({ life, timeZone }, paint) => answeredText(life, timeZone, paint), { life: result.life });
    return 0;
  }
  if (result.outcome === 'refused') {
    out.error(`error: ${result.problem}.\n  Fix: ${result.fix}`);
    return 5;
  }
  if (result.outcome !== 'unknown') return refuse(out, result);
  const like = result.like.map((one) => `    '${one}'`).join('\n');
  out.error(
    result.like.length === 0
      ? `error: nothing that is open is called "${key}"; see what is:\n    holdfast alerts list`
      : `error: "${key}" is a part of several keys; say which:\n${like}`,
  );
  return 2;
}

async function test({ ports, out }: Context, _args: readonly string[], flags: Flags): Promise<number> {
  const { notifier } = ports;
  if (!notifier) throw new Error('no notifier is wired');
  const [channel, site, tier] = [text(flags, 'channel'), text(flags, 'site'), text(flags, 'tier')];
  const through = { ...(site === undefined ? {} : { site }), ...(tier === undefined ? {} : { tier: Number(tier) }) };
  const options: AlertsTestOptions = { ...(channel === undefined ? {} : { channel }), ...(isOn(flags, 'through') ? { through } : {}) };
  const tested = await testAlerts({ ...ports, notifier }, options);
  if (tested.outcome === 'invalid') return refuse(out, tested);
  if (tested.outcome !== 'tested') {
    out.error(testText(tested, out.errorPaint, out.width));
    return 2;
  }
  out.result(tested, testText, { channels: tested.channels });
  return tested.channels.every(({ outcome }) => outcome === 'arrived' || outcome === 'accepted') ? 0 : 1;
}

type Refusal = { readonly outcome: 'no-memory' } | { readonly outcome: 'invalid'; readonly findings: Parameters<typeof findingsText>[0] };

function refuse(out: Context['out'], refusal: Refusal): number {
  if (refusal.outcome === 'invalid') {
    out.result(refusal.findings, findingsText, { findings: refusal.findings });
    return 2;
  }
  out.error(NO_MEMORY);
  return 1;
}
