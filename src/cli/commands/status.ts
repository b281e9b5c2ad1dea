import { status as statusOf } from '#app/status.ts';
import type { LiveStatus } from '#app/live-status.ts';
import { isOn, texts, type Command } from '../command.ts';
import { askServer, SERVER_OPTIONS } from '../daemon.ts';
import { findingsText } from '../views/finding.ts';
import { statusJson, statusText } from '../views/status.ts';

export const status: Command = {
  name: 'status',
  summary: 'How each guest stands against its own promise, with the evidence. Changes nothing.',
  options: [
    { flags: '--check', help: 'exit 4 when a promise is broken or cannot be seen to hold' },
    { flags: '--all', help: 'every guest and every finding, however many there are' },
    { flags: '--site NAME...', help: 'only these sites' },
    ...SERVER_OPTIONS,
  ],
  examples: [
    { run: 'holdfast status', does: 'every guest, tier by tier' },
    { run: 'holdfast status --check --quiet', does: 'for a pipeline or a monitoring system: the exit code says it' },
  ],
  exits: {
    0: 'shown',
    2: 'the policy is invalid',
    4: 'a promise is broken or cannot be seen to hold (--check)',
  },

  async run(context, _args, flags) {
    const { ports, out } = context;
    const sites = texts(flags, 'site');
    const asked = await askServer(context, flags, { path: '/status', query: { site: sites.length > 0 ? sites.join(',') : undefined } });
    if (asked && 'exitCode' in asked) return asked.exitCode;
    const found = asked ? (asked.value as LiveStatus) : await statusOf(ports, sites.length > 0 ? sites : undefined);
    if (found.outcome === 'invalid') {
      out.result(found.findings, findingsText, { findings: found.findings });
      return 2;
    }
    const view = { tiers: found.policy.tiers, assessments: found.assessments, findings: found.findings, all: isOn(flags, 'all') };
    out.result(view, statusText, statusJson(view));
    const bad = found.assessments.some(
      ({ guests, guestsUnseen }) => guestsUnseen || guests.some(({ posture }) => posture === 'broken' || posture === 'unknown'),
    );
    return isOn(flags, 'check') && bad ? 4 : 0;
  },
};
