import { history as historyOf, type History } from '#app/history.ts';
import { text, type Command } from '../command.ts';
import { askServer, SERVER_OPTIONS } from '../daemon.ts';
import { findingsText } from '../views/finding.ts';
import { historyText } from '../views/history.ts';
import { NO_MEMORY } from '../views/memory.ts';

export const history: Command = {
  name: 'history',
  summary: 'What the watch remembers of one guest: postures, backups, points and what became of them. Asks no server.',
  args: [{ name: 'GUEST', help: 'a vmid, a name, or either after the name of its site: 101, postgres, home/101' }],
  options: [{ flags: '--days NUMBER', help: 'how far back (default: 30)' }, ...SERVER_OPTIONS],
  examples: [
    { run: 'holdfast history postgres', does: 'the last 30 days' },
    { run: 'holdfast history 101 --days 365 --json', does: 'a year, for a script' },
  ],
  exits: {
    0: 'shown',
    1: 'no watch has remembered anything here',
    2: 'the policy is invalid, or no guest or several are meant',
  },

  async run(context, [guest = ''], flags) {
    const { ports, out } = context;
    const days = Number(text(flags, 'days') ?? 30);
    if (!Number.isInteger(days) || days < 1 || days > 4000) {
      out.error('error: --days takes whole days, 1 to 4000');
      return 2;
    }
    const asked = await askServer(context, flags, { path: '/history', query: { guest, days: String(days) } });
    if (asked && 'exitCode' in asked) return asked.exitCode;
    const found = asked ? (asked.value as History) : await historyOf(ports, guest, { days });
    if (found.outcome === 'told') {
      const now = ports.clock.now();
      const { guest: known, happened, points } = found;
      out.result(found, (told, paint, width) => historyText(told, now, paint, width), { guest: known, happened, points });
      return 0;
    }
    if (found.outcome === 'no-memory') {
      out.error(NO_MEMORY);
      return 1;
    }
    if (found.outcome === 'invalid') {
      out.result(found.findings, findingsText, { findings: found.findings });
      return 2;
    }
    const like =
      found.like.length === 0
        ? 'nothing like it is remembered'
        : `did you mean:\n${found.like
            .slice(0, 10)
            .map((one) => `    ${one}`)
            .join('\n')}`;
    out.error(`error: no one guest "${guest}" is remembered; ${like}`);
    return 2;
  },
};
